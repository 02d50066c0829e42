import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { Contribution } from '../update/prepare.ts';
import type { AnyPart } from './part.ts';
import type { Report } from './report.ts';

/**
 * Makes the contribution to a masked sum while the devices agree on masks, so
 * a round takes the longer of the two.
 */
export class Making {
  /** Aborted with the device's part in the round, or with the error of making the contribution. */
  readonly signal: AbortSignal;
  readonly #part: Pick<AnyPart, 'make'>;
  readonly #report: Report;
  readonly #stop = new AbortController();
  readonly #detach: () => void;
  #made: Promise<Contribution> | undefined;
  #last: Parameters<Report> | undefined;
  #isWaitedFor = false;

  constructor(part: Pick<AnyPart, 'make'>, signal: AbortSignal, report: Report) {
    this.#part = part;
    this.#report = report;
    this.signal = this.#stop.signal;
    const abort = () => this.#stop.abort(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    this.#detach = () => signal.removeEventListener('abort', abort);
  }

  /** Starts making the contribution, once. */
  begin(): void {
    if (this.#made) return;
    this.#made = this.#part.make(this.signal, (...step) => {
      this.#last = step;
      if (this.#isWaitedFor) this.#report(...step);
    });
    this.#made.catch(error => this.#stop.abort(error));
  }

  /**
   * Resolves to the contribution. Reports progress only from now on; until then the app hears of the masks.
   */
  made(): Promise<Contribution> {
    this.begin();
    this.#isWaitedFor = true;
    if (this.#last) this.#report(...this.#last);
    return this.#made!;
  }

  /** Stops the work and waits for its end: the device's next part shares the trainer. */
  async end(): Promise<void> {
    this.#detach();
    this.#stop.abort(new MurmurationError('training.stopped'));
    await this.#made?.catch(() => {});
  }
}
