import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('./simulate-process.ts', import.meta.url));

/** `npm run simulate -- …` in a process of its own. */
export class SimulateProcess {
  readonly #child: ChildProcess;
  /** Once all that it wrote has come, which may be after its exit. */
  readonly #closed: Promise<unknown>;
  /** What it has written, standard output and error. */
  text = '';

  constructor(args: readonly string[]) {
    this.#child = fork(program, args, {
      execArgv: [
        '--import',
        new URL('../scripts/sources.mjs', import.meta.url).href,
        '--conditions=murmuration-source',
      ],
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    this.#closed = once(this.#child, 'close');
    for (const stream of [this.#child.stdout!, this.#child.stderr!])
      stream.on('data', (chunk: Buffer) => {
        this.text += chunk.toString();
      });
  }

  /** How it ended: its exit code, or the signal. */
  async ended(): Promise<number | string> {
    await this.#closed;
    const { exitCode, signalCode } = this.#child;
    return exitCode ?? signalCode!;
  }

  /** Sends a signal, and returns how it ended. */
  end(signal: 'SIGINT' | 'SIGKILL'): Promise<number | string> {
    this.#child.kill(signal);
    return this.ended();
  }
}

/** A worker of simulations, with one thread. */
export class QueueWorker extends SimulateProcess {
  /** `files`: scenario files beside those of the package. */
  constructor(url: string, files: readonly string[] = []) {
    super(['worker', '--queue', url, '--threads', '1', ...files]);
  }
}
