import { execFileSync, spawn } from 'node:child_process';
import { availableParallelism, cpus, loadavg } from 'node:os';
import { text } from 'node:stream/consumers';
import { systemClock } from '@murmuration/protocol/time/system-clock';
import { root } from '../documents.ts';
import { printedIn, type Run } from './figures.ts';

const git = (...args: readonly string[]): string =>
  execFileSync('git', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();

/** Commits since one; undefined where the history lacks it. */
export function commitsSince(commit: string): number | undefined {
  try {
    return Number(git('rev-list', '--count', `${commit}..HEAD`));
  } catch {
    return undefined;
  }
}

/** Runs a command, whose progress a person sees. Throws where it fails, or where what it ran was never committed. */
export async function runOf(command: string): Promise<Run> {
  const uncommitted = git('status', '--porcelain', '--', '.', ':!docs', ':!*.md');
  if (uncommitted) throw new Error(`These files have changes that no commit has:\n${uncommitted}`);
  const on = {
    commit: git('rev-parse', 'HEAD'),
    date: new Date(systemClock.now()).toISOString().slice(0, 10),
    machine: `${availableParallelism()} × ${cpus()[0]?.model ?? 'unknown processor'}`,
    load: Number(loadavg()[0]!.toFixed(1)),
    node: process.versions.node,
  };
  const child = spawn(command, { cwd: root, shell: true, stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise<number | null>(resolve => child.once('exit', resolve));
  const printed = await text(child.stdout);
  const code = await ended;
  // A figure beyond its limit is one; what it is beyond, the command has said.
  if (code !== 0 && !printed.trimEnd().endsWith('}')) throw new Error(`${command} ended with ${code}.`);
  return { ...on, printed: printedIn(printed) };
}
