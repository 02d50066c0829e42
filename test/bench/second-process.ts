import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** A side of a benchmark in a process of its own, as its devices or its coordinator: each order is answered by one report. */
export class SecondProcess<Order, Report> {
  readonly #child: ChildProcess;

  /** `file`: what to run. */
  constructor(file: URL) {
    this.#child = fork(fileURLToPath(file), { serialization: 'advanced', stdio: ['ignore', 2, 2, 'ipc'] });
  }

  /** Throws where the process ends instead of answering. */
  run<Kind extends Report>(order: Order): Promise<Kind> {
    // No race with one promise of the end: that would keep every report for as long as the process lives.
    return new Promise((resolve, reject) => {
      const answered = (report: unknown) => {
        this.#child.off('exit', ended);
        resolve(report as Kind);
      };
      const ended = (code: number | null, signal: string | null) => {
        this.#child.off('message', answered);
        reject(new Error(`The second process ended with ${code ?? signal}.`));
      };
      this.#child.once('message', answered);
      this.#child.once('exit', ended);
      this.#child.send(order as object);
    });
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
