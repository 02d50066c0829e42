import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** A source file of the repository as a process of its own. */
export class SourceProcess {
  readonly child: ChildProcess;
  output = '';
  errors = '';

  constructor(file: string, args: readonly string[], env: Record<string, string> = {}) {
    const { NODE_OPTIONS: _, ...inherited } = process.env;
    const loader = ['--import', './scripts/sources.mjs', '--conditions=murmuration-source'];
    this.child = spawn(process.execPath, [...loader, file, ...args], {
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
