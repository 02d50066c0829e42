import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { Contribution } from '../update/prepare.ts';
import type { Part } from './part.ts';
import type { Report } from './report.ts';

/** Makes what goes into a masked sum while the devices of the round agree on their masks: a round takes the longer of the two, not both. */
export class Making {
  /** Aborted with the device's part in the round, and by the error for which nothing can be made. */
  readonly signal: AbortSignal;
  readonly #part: Pick<Part, 'make'>;
  readonly #report: Report;
  readonly #stop = new AbortController();
  readonly #detach: () => void;
  #made: Promise<Contribution> | undefined;
  #last: Parameters<Report> | undefined;
  #isWaitedFor = false;

  constructor(part: Pick<Part, 'make'>, signal: AbortSignal, report: Report) {
    this.#part = part;
    this.#report = report;
    this.signal = this.#stop.signal;
    const abort = () => this.#stop.abort(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    this.#detach = () => signal.removeEventListener('abort', abort);
  }

  /** Begins with it, once. */
  begin(): void {
    if (this.#made) return;
    this.#made = this.#part.make(this.signal, (...step) => {
      this.#last = step;
      if (this.#isWaitedFor) this.#report(...step);
    });
    this.#made.catch(error => this.#stop.abort(error));
  }

  /** What was made; the app hears how far it is from now on, and no sooner: until then it hears of the masks. */
  made(): Promise<Contribution> {
    this.begin();
    this.#isWaitedFor = true;
    if (this.#last) this.#report(...this.#last);
    return this.#made!;
  }

  /** Stops what is under way, and waits for its end: the next part of the device shares the trainer. */
  async end(): Promise<void> {
    this.#detach();
    this.#stop.abort(new MurmurationError('training.stopped'));
    await this.#made?.catch(() => {});
  }
}
