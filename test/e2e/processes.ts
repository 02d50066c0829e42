import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sourceOptions } from '../../scripts/prepare.mjs';
import { packedPrograms } from '../packed-programs.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** A program of Node as a process of its own. */
export class ProgramProcess {
  readonly child: ChildProcess;
  output = '';
  errors = '';
  /** Resolved with its exit code, or the signal that ended it, once all that it wrote has been read as well. */
  readonly #closed: Promise<number | string>;

  /** `args`: what follows `node`. */
  constructor(args: readonly string[], env: Record<string, string> = {}) {
    const { NODE_OPTIONS: _, ...inherited } = process.env;
    this.child = spawn(process.execPath, args, {
      cwd: root,
      env: { ...inherited, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.child.stdout!.setEncoding('utf8').on('data', (text: string) => {
      this.output += text;
    });
    this.child.stderr!.setEncoding('utf8').on('data', (text: string) => {
      this.errors += text;
    });
    this.#closed = once(this.child, 'close').then(([code, signal]) => code ?? signal);
    this.#closed.catch(() => {});
  }

  /** Waits until what it printed matches, and returns the match; throws where it ends before. */
  async printed(pattern: RegExp): Promise<RegExpExecArray> {
    const ended = this.#closed.then(() => {
      throw new Error(`The process ended before it printed ${pattern}:\n${this.output}${this.errors}`);
    });
    ended.catch(() => {});
    for (;;) {
      const match = pattern.exec(this.output);
      if (match) return match;
      await Promise.race([once(this.child.stdout!, 'data'), ended]);
    }
  }

  /** Its exit code, or the signal that ended it. All that it wrote has been read. */
  ended(): Promise<number | string> {
    return this.#closed;
  }
}

/** A source file of the repository as a process of its own. */
export class SourceProcess extends ProgramProcess {
  constructor(file: string, args: readonly string[], env: Record<string, string> = {}) {
    super([...sourceOptions, file, ...args], env);
  }
}

const packed = await packedPrograms();

/**
 * A program of the tests that was packed before: it starts in a third of the CPU time. Arguments that name a task module's source
 * are put in terms of what was packed.
 */
export class PackedProcess extends ProgramProcess {
  constructor(source: string, args: readonly string[], env: Record<string, string> = {}) {
    super(
      [source, ...args].map(each =>
        /^[a-z].*\.ts$/.test(each) && existsSync(join(root, each)) ? packed(each) : each,
      ),
      env,
    );
  }
}
