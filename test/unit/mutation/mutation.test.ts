import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { sourceOptions } from '../../../scripts/prepare.mjs';
import { batchesOf, compiling } from '../../mutation/compiling.ts';
import { keyOf, type Mutant, mutantsOf, withMutant } from '../../mutation/mutants.ts';
import { rooms, roomsOf, sourcesOf } from '../../mutation/rooms.ts';
import { isFound, outcomeOf, scoreOf, shuffled } from '../../mutation/score.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));

function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'murmuration-mutation-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return `${folder}/`;
}

describe('a score', () => {
  it('is the share of mutants that were found, of all, with the interval of Wilson', () => {
    const found = [...Array(80).fill('killed'), ...Array(1).fill('timedOut')];
    const missed = [...Array(15).fill('survived'), ...Array(4).fill('uncovered')];
    expect(scoreOf([...found, ...missed])).toEqual({
      score: 0.81,
      // statsmodels: proportion_confint(81, 100, method='wilson')
      low: 0.7222,
      high: 0.8749,
      sampled: 100,
      killed: 80,
      timedOut: 1,
      survived: 15,
      uncovered: 4,
    });
  });

  it('takes a mutant for found where a test failed, nothing ended, or the run broke', () => {
    const all = ['Killed', 'Timeout', 'RuntimeError', 'Survived', 'NoCoverage'];
    expect(all.map(status => isFound(outcomeOf(status)))).toEqual([true, true, true, false, false]);
    for (const status of ['CompileError', 'Ignored', 'Pending'])
      expect(() => outcomeOf(status)).toThrow(status);
  });
});

describe('a sample', () => {
  const items = Array.from({ length: 100 }, (_, item) => item);

  it('is the same for the same seed, another for another, and loses nothing', () => {
    expect(shuffled(items, 7)).toEqual(shuffled(items, 7));
    expect(shuffled(items, 7)).not.toEqual(shuffled(items, 8));
    expect(shuffled(items, 7).toSorted((a, b) => a - b)).toEqual(items);
  });

  it('begins with each as often as with any other', () => {
    const firsts = Array.from({ length: 3000 }, (_, seed) => shuffled(['a', 'b', 'c'], seed)[0]);
    for (const item of ['a', 'b', 'c'])
      expect(Math.abs(firsts.filter(first => first === item).length - 1000)).toBeLessThan(150);
  });
});

describe('a mutant', () => {
  const source = {
    'tsconfig.json':
      '{"compilerOptions":{"strict":true,"noEmit":true,"lib":["es2023"],"types":[],"allowImportingTsExtensions":true,"module":"nodenext"},"include":["*/src/**/*.ts"]}',
    'package.json': '{"type":"module"}',
    'a/src/one.ts':
      "export const kind = (few: boolean) => (few ? 'one' : 'many');\nexport function more(a: number): boolean {\n  return a + 1 > 2;\n}\n",
    'b/src/two.ts':
      "import { kind } from '../../a/src/one.ts';\nexport const told: 'one' | 'many' = kind(true);\n",
  };

  it('has a key of its own, and puts its replacement in the place of what stood there', async () => {
    const folder = folderWith(source);
    const mutants = await mutantsOf(folder, ['a/src/one.ts']);
    expect(new Set(mutants.map(keyOf)).size).toBe(mutants.length);
    const greater = mutants.find(({ replacement }) => replacement === 'a + 1 >= 2')!;
    expect(greater).toMatchObject({ file: 'a/src/one.ts', mutator: 'EqualityOperator' });
    expect(withMutant(source['a/src/one.ts'], greater)).toContain('return (a + 1 >= 2);');
  });

  it('compiles, or does not by itself, or not with those that import it', async () => {
    const folder = folderWith(source);
    const mutants = await mutantsOf(folder, ['a/src/one.ts']);
    const right = compiling(folder, mutants, () => {});
    const of = (compiles: boolean) =>
      mutants.filter(mutant => right.has(mutant) === compiles).map(({ replacement }) => replacement);
    expect(of(true)).toEqual(expect.arrayContaining(['a + 1 >= 2', 'a - 1', 'true', 'false']));
    // Returns nothing; has a kind that the other file doesn't know.
    expect(of(false)).toEqual(expect.arrayContaining(['{}', '() => undefined', '""']));
  });

  it('is checked together with others only of other files', () => {
    const mutant = (file: string): Mutant => ({
      file,
      mutator: 'x',
      replacement: '',
      location: { start: { line: 0, column: 0 }, end: { line: 0, column: 0 } },
    });
    const files = ['a', 'b', 'a', 'c', 'a', 'b'].map(mutant);
    expect(batchesOf(files).map(batch => batch.map(({ file }) => file).join(''))).toEqual(['abc', 'ab', 'a']);
  });
});

describe('a room', () => {
  it.each(rooms.map(room => [room.name, room] as const))('%s has sources and tests', (_, room) => {
    expect(sourcesOf(root, room).length).toBeGreaterThan(3);
  });

  it('that lacks a folder of sources or of tests is refused by its name', () => {
    const room = { name: 'x', sources: ['a/src'], tests: ['test/x'] };
    expect(() => sourcesOf(folderWith({}), room)).toThrow('a/src of the room x is missing');
    expect(() => sourcesOf(folderWith({ 'a/src/a.ts': '' }), room)).toThrow(
      'test/x of the room x is missing',
    );
    expect(sourcesOf(folderWith({ 'a/src/b/a.ts': '', 'test/x/a.test.ts': '' }), room)).toEqual([
      'a/src/b/a.ts',
    ]);
  });

  it('that nobody knows is refused with the names of all', () => {
    expect(() => roomsOf(['protocol', 'nowhere'])).toThrow('no room called nowhere: protocol, privacy');
    expect(roomsOf([])).toBe(rooms);
    expect(roomsOf(['privacy']).map(({ name }) => name)).toEqual(['privacy']);
  });
});

describe('the command', () => {
  it.each([
    [['--sample', 'many'], 'whole number'],
    [['--sample', '0'], 'one mutant at least'],
    [['nowhere'], 'There is no room called nowhere: protocol, privacy'],
  ])('ends with plain words for %j', (args, words) => {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [...sourceOptions, 'test/mutation/mutate.ts', ...args],
      { cwd: root, encoding: 'utf8' },
    );
    expect(stderr).toContain(words);
    expect(stderr).not.toMatch(/^ +at /m);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  });
});
