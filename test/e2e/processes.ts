import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'rolldown';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** A program of Node as a process of its own. */
export class ProgramProcess {
  readonly child: ChildProcess;
  output = '';
  errors = '';

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
  }

  /** Waits until what it printed matches, and returns the match; throws where it ends before. */
  async printed(pattern: RegExp): Promise<RegExpExecArray> {
    const ended = once(this.child, 'close').then(() => {
      throw new Error(`The process ended before it printed ${pattern}:\n${this.output}${this.errors}`);
    });
    ended.catch(() => {});
    for (;;) {
      const match = pattern.exec(this.output);
      if (match) return match;
      await Promise.race([once(this.child.stdout!, 'data'), ended]);
    }
  }

  /** Its exit code, or the signal that ended it. */
  async ended(): Promise<number | string> {
    const { exitCode, signalCode } = this.child;
    if (exitCode !== null || signalCode !== null) return exitCode ?? signalCode!;
    const [code, signal] = await once(this.child, 'close');
    return code ?? signal;
  }
}

/** A source file of the repository as a process of its own. */
export class SourceProcess extends ProgramProcess {
  constructor(file: string, args: readonly string[], env: Record<string, string> = {}) {
    super(['--import', './scripts/sources.mjs', '--conditions=murmuration-source', file, ...args], env);
  }
}

/**
 * Packs a source file of the repository, and all of the repository that it imports, into JavaScript in `folder`, and returns
 * the path of what to run: it starts in a third of the CPU time, for tests that start it many times. Files that a
 * program finds beside its source, such as workers, are not packed.
 */
export async function packProgram(file: string, folder: string): Promise<string> {
  await build({
    cwd: root,
    input: file,
    platform: 'node',
    resolve: { conditionNames: ['murmuration-source', 'import', 'node', 'default'] },
    external: id => /^[^./]/.test(id) && !id.startsWith('@murmuration/') && !id.startsWith('zod'),
    output: {
      dir: folder,
      format: 'esm',
      entryFileNames: 'program.mjs',
      chunkFileNames: '[name]-[hash].mjs',
    },
    logLevel: 'warn',
  });
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
  return join(folder, 'program.mjs');
}
