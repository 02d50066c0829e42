import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const configuration = fileURLToPath(new URL('../deploy/haproxy/fronts.cfg', import.meta.url));

/** Where haproxy listens, and the two fronts that it leads to: each `host:port`. */
export interface Fronts {
  readonly listen: string;
  readonly first: string;
  readonly second: string;
}

/** Starts a real haproxy in front of two fronts, as the guide sets it up; `prefix` runs it elsewhere, as in another network. */
export function startHaproxy(
  { listen, first, second }: Fronts,
  prefix: readonly string[] = [],
): ChildProcess {
  const [program, ...args] = [...prefix, 'haproxy', '-db', '-f', configuration];
  return spawn(program!, args, {
    env: { ...process.env, LISTEN: listen, FIRST: first, SECOND: second },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}
