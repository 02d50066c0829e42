import { spawn } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { withCopiedTree } from '../planted/copied-tree.ts';
import { type Bug, bugs } from './bugs.ts';

/** How a bug was looked for. */
export interface Planted {
  readonly name: string;
  readonly found: boolean;
  /** Histories until it was found. */
  readonly runs: number;
  /** What did not hold. */
  readonly violation: string | undefined;
}

/** Histories in which the same copy without a bug shows nothing. */
const controlRuns = 100;

/**
 * Plants each bug in a copy of the sources, and plays histories on it in a process of its own until one shows it, at most `runs`. Throws where a
 * bug can't be planted, where a process breaks, and where the copy fails without any bug.
 */
export async function runPlanted(
  runs: number,
  seed: number,
  log: (line: string) => void,
): Promise<readonly Planted[]> {
  return withCopiedTree(async copy => {
    const control = await play(copy, controlRuns, seed);
    if (control.violation !== undefined)
      throw new Error(`Without a bug, the copy of the sources fails: ${control.violation}`);
    const planted: Planted[] = [];
    for (const bug of bugs) {
      const restore = await plant(copy, bug);
      const { violation, runs: played } = await play(copy, runs, seed);
      await restore();
      const found = violation !== undefined;
      log(`${found ? 'found' : 'NOT FOUND'} after ${played} histories: ${bug.name}`);
      planted.push({ name: bug.name, found, runs: played, violation });
    }
    return planted;
  });
}

/** Changes a source of the copy; returns what changes it back. */
async function plant(copy: string, { name, file, find, replace }: Bug): Promise<() => Promise<void>> {
  const path = join(copy, file);
  const source = await readFile(path, 'utf8');
  const parts = source.split(find);
  if (parts.length !== 2)
    throw new Error(
      `"${name}" can't be planted: what it replaces stands ${parts.length - 1} times in ${file}.`,
    );
  await writeFile(path, parts.join(replace));
  return () => writeFile(path, source);
}

async function play(
  copy: string,
  runs: number,
  seed: number,
): Promise<{ runs: number; violation: string | undefined }> {
  const sources = ['--import', new URL('../../../scripts/sources.mjs', import.meta.url).href];
  const program = join(copy, 'test/faults/faults.ts');
  const options = ['histories', '--first', '--json', '--runs', String(runs), `--seed=${seed}`];
  const child = spawn(
    process.execPath,
    [...sources, '--conditions=murmuration-source', program, ...options],
    { cwd: copy, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let output = '';
  let errors = '';
  child.stdout.on('data', chunk => {
    output += chunk;
  });
  child.stderr.on('data', chunk => {
    errors += chunk;
  });
  await new Promise(resolve => child.once('close', resolve));
  try {
    const figures = JSON.parse(output.trimEnd().split('\n').at(-1)!) as {
      runs: number;
      violation?: string;
    };
    return { runs: figures.runs, violation: figures.violation };
  } catch {
    throw new Error(`The histories broke off: ${errors.slice(-2_000)}`);
  }
}
