import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('./simulate-process.ts', import.meta.url));

/** `npm run simulate -- …` in a process of its own. */
export class SimulateProcess {
  readonly #child: ChildProcess;
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
    for (const stream of [this.#child.stdout!, this.#child.stderr!])
      stream.on('data', (chunk: Buffer) => {
        this.text += chunk.toString();
      });
  }

  /** How it ended: its exit code, or the signal. */
  async ended(): Promise<number | string> {
    const { exitCode, signalCode } = this.#child;
    if (exitCode !== null || signalCode !== null) return exitCode ?? signalCode!;
    const [code, signal] = (await once(this.#child, 'exit')) as [number | null, string | null];
    return code ?? signal!;
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
