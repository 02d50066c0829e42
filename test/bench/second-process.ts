import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** The devices of a benchmark, in a process of their own: each order is answered by one report. */
export class SecondProcess<Order, Report> {
  readonly #child: ChildProcess;
  readonly #ended: Promise<never>;

  /** `file`: what to run. */
  constructor(file: URL) {
    this.#child = fork(fileURLToPath(file), { serialization: 'advanced', stdio: ['ignore', 2, 2, 'ipc'] });
    this.#ended = once(this.#child, 'exit').then(([code, signal]) => {
      throw new Error(`The process of the devices ended with ${code ?? signal}.`);
    });
    this.#ended.catch(() => {});
  }

  /** Throws where the process ends instead of answering. */
  async run<Kind extends Report>(order: Order): Promise<Kind> {
    this.#child.send(order as object);
    const [report] = await Promise.race([once(this.#child, 'message'), this.#ended]);
    return report as Kind;
  }

  async end(): Promise<void> {
    if (this.#child.exitCode !== null) return;
    const exited = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await exited;
  }
}

/** Answers orders, one after the other, in the second process. */
export function answerOrders<Order, Report>(handle: (order: Order) => Promise<Report>): void {
  process.once('disconnect', () => process.exit());
  process.on('message', async (order: Order) => process.send!((await handle(order)) as object));
}
