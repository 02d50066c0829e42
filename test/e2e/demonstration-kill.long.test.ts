import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { SourceProcess } from './processes.ts';

let kept: string;
let demonstration: SourceProcess | undefined;
beforeEach(async () => {
  kept = await mkdtemp(join(tmpdir(), 'murmuration-demonstration-'));
});
afterEach(async () => {
  demonstration?.child.kill('SIGKILL');
  await demonstration?.ended();
  await rm(kept, { recursive: true });
});

it.each([
  ['', []],
  [', VG10: with words that were added meanwhile as well', ['netherfield', 'brighton']],
])(
  'goes on asking its phones for n-grams, or asks again, after a SIGKILL in the middle of it%s',
  async (_, added) => {
    const storage = ['--devices', '16', '--cohort', '8', '--port', '0', '--storage', kept];
    demonstration = new SourceProcess('simulations/src/start.ts', [
      ...storage,
      '--rounds',
      '1000',
      '--no-open',
    ]);
    await demonstration.printed(/asked for words/);
    demonstration.child.kill('SIGKILL');
    await demonstration.ended();
    const file = join(kept, 'vocabulary.json');
    const vocabulary = JSON.parse(await readFile(file, 'utf8')) as { words: string[] };
    await writeFile(file, JSON.stringify({ ...vocabulary, words: [...vocabulary.words, ...added] }));
    demonstration = new SourceProcess('simulations/src/start.ts', [
      ...storage,
      ...['--rounds', '2', '--exit', '--json'],
    ]);
    expect(await demonstration.ended(), demonstration.errors).toBe(0);
    const { ngrams, ...figures } = JSON.parse(demonstration.output.trim().split('\n').at(-1)!);
    expect(figures).toMatchObject({ rounds: 2, failedRounds: 0 });
    expect(ngrams, demonstration.errors).toMatchObject({ state: 'found', threshold: 3 });
    expect(ngrams.words).toBeGreaterThan(20);
    expect(ngrams.mixed.top3).toBeGreaterThan(0);
    expect(ngrams.sumsExact).toBe(ngrams.sumsChecked);
  },
);
