import { spawn } from 'node:child_process';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { readReport } from '../../../scripts/test-report.mjs';
import type { BenchmarkOptions, Figures } from '../../bench/benchmark.ts';
import { type Bug, bugs } from './bugs.ts';
import { withCopiedTree } from './copied-tree.ts';

/** What became of one bug: the first test that failed by it, as `file › suite › name`; null where all passed. */
interface Outcome {
  readonly name: string;
  readonly killedBy: string | null;
}

/**
 * Plants each bug in a copy of the tree and runs the tests that have to fail by it; counts the bugs with which all pass. Words after the
 * name of the run pick the bugs that have them in their names. Throws where a bug can't be planted, and where tests fail without one.
 */
export async function run({ args, log }: BenchmarkOptions): Promise<{ figures: Figures; failed: boolean }> {
  const asked = bugs.filter(({ name }) => args.every(word => name.includes(word)));
  if (asked.length === 0) throw new Error(`No bug has ${args.join(', ')} in its name.`);
  const outcomes = await withCopiedTree(async copy => {
    const sources = await sourcesOf(copy);
    const places = new Map(asked.map(bug => [bug, placeOf(bug, sources)]));
    const all = [...new Set(asked.flatMap(({ tests }) => tests))];
    log(`${asked.length} bugs; first their ${all.length} test files without any`);
    const red = await firstRed(copy, all);
    if (red !== null) throw new Error(`Without a bug, this fails: ${red}`);
    const found: Outcome[] = [];
    for (const [bug, file] of places) {
      const source = sources.get(file)!;
      await writeFile(
        file,
        source.replace(bug.find, () => bug.replace),
      );
      const killedBy = await firstRed(copy, bug.tests);
      await writeFile(file, source);
      log(killedBy === null ? `SURVIVED: ${bug.name}` : `killed: ${bug.name} (${killedBy})`);
      found.push({ name: bug.name, killedBy });
    }
    return found;
  });
  const survived = outcomes.filter(({ killedBy }) => killedBy === null).length;
  return { figures: { planted: outcomes.length, survived, bugs: outcomes }, failed: survived > 0 };
}

/** The text of each source of the packages below a folder, by its path. */
export async function sourcesOf(root: string): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  const { workspaces } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  for (const name of workspaces as readonly string[]) {
    const folder = join(root, name, 'src');
    const files = await readdir(folder, { recursive: true }).catch(() => []);
    for (const file of files.filter(file => /\.tsx?$/.test(file)))
      found.set(join(folder, file), await readFile(join(folder, file), 'utf8'));
  }
  return found;
}

/** The source in which the text of a bug stands. Throws where it stands nowhere, or more than once. */
export function placeOf({ name, find }: Bug, sources: ReadonlyMap<string, string>): string {
  const places = [...sources].flatMap(([file, text]) =>
    Array.from({ length: text.split(find).length - 1 }, () => file),
  );
  if (places.length !== 1)
    throw new Error(
      `"${name}" can't be planted: what it replaces stands ${places.length} times in the sources.`,
    );
  return places[0]!;
}

/** The first test that fails among some files; null where all pass. Throws where they did not run to a result. */
async function firstRed(copy: string, files: readonly string[]): Promise<string | null> {
  const output = join(copy, 'report.json');
  await writeFile(output, '');
  const vitest = spawn(
    process.execPath,
    [
      'node_modules/vitest/vitest.mjs',
      'run',
      ...['node', 'alone', 'long'].map(project => `--project=${project}`),
      '--bail=1',
      '--reporter=json',
      `--outputFile=${output}`,
      ...files,
    ],
    { cwd: copy, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let errors = '';
  vitest.stderr.on('data', chunk => {
    errors += chunk;
  });
  await new Promise(resolve => vitest.once('close', resolve));
  const { testResults } = readReport(output);
  for (const { name, assertionResults } of testResults)
    for (const { status, title, ancestorTitles } of assertionResults)
      if (status === 'failed') {
        const file = relative(copy, name).split(sep).join('/');
        return [file, ...ancestorTitles, title].join(' › ');
      }
  const broken = testResults.find(({ status }) => status !== 'passed');
  if (broken || testResults.length < files.length)
    throw new Error(`The tests did not run: ${broken?.message ?? errors.slice(-2_000)}`);
  return null;
}
