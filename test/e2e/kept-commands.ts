import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { packedPrograms } from '../packed-programs.ts';

/** A command that the process is to run. */
export interface Asked {
  readonly id: number;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
}

/** How a command ended, and what it wrote. */
export interface Said {
  readonly id: number;
  readonly code: number;
  readonly output: string;
  readonly errors: string;
}

interface Waiting {
  readonly resolve: (said: Said) => void;
  readonly reject: (error: Error) => void;
}

interface Kept {
  readonly child: ChildProcess;
  /** Those who asked, by the id of their command. */
  readonly waiting: Map<number, Waiting>;
}

const packed = await packedPrograms();
const root = fileURLToPath(new URL('../../', import.meta.url));
let kept: Kept | undefined;
let asked = 0;

function start(): Kept {
  const child = fork(packed('test/e2e/command-process.ts'), { cwd: root, execArgv: [] });
  const waiting: Kept['waiting'] = new Map();
  child.on('message', (said: Said) => {
    waiting.get(said.id)?.resolve(said);
    waiting.delete(said.id);
  });
  child.on('exit', (code, signal) => {
    for (const { reject } of waiting.values())
      reject(new Error(`The process of commands ended with ${code ?? signal}.`));
    kept = undefined;
  });
  // It ends with the process of the tests, and does not keep that.
  child.unref();
  child.channel?.unref();
  return { child, waiting };
}

/**
 * Runs a command of the command line that ends by itself, in a process that goes on with the next one: a process of its own takes half
 * a second of CPU time to load. Commands take turns. What only a process has, such as signals, is for `PackedProcess`.
 *
 * @param args What follows `murmuration`.
 * @param env What it has in its environment besides what tests have.
 */
export function command(args: readonly string[], env: Record<string, string> = {}): Promise<Said> {
  kept ??= start();
  const { child, waiting } = kept;
  const { NODE_OPTIONS: _, ...inherited } = process.env;
  const id = asked++;
  child.channel?.ref();
  return new Promise<Said>((resolve, reject) => {
    waiting.set(id, { resolve, reject });
    child.send({ id, args, env: { ...inherited, ...env } } satisfies Asked);
  }).finally(() => waiting.size === 0 && child.channel?.unref());
}
