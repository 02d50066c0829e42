import type { AssignmentId, ModelHash, RoundId } from '@murmuration/protocol/ids/ids';
import type { Cancel, Clock } from '@murmuration/protocol/time/clock';
import type { Base } from '../round/base.ts';
import type { RoundRecord } from '../round/record.ts';
import type { RoundUnderWay } from './driver.ts';

/** ms after the answer to an upload at which its device hears that its part is over. */
const afterAnswer = 1_000;

/** What an asynchronous task knows across its buffers: which one follows which, and what assignments start from. */
export class Succession {
  readonly #clock: Clock;
  readonly #next = new Map<RoundId, RoundUnderWay>();
  readonly #soon = new Map<AssignmentId, Cancel>();
  #base: Pick<Base, 'model' | 'due'> | undefined;
  #isStopped = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** A buffer begins that follows none, with number `due`, and from version `model`. */
  begins(model: ModelHash, due: number): void {
    this.#base = { model, due };
  }

  get hasBegun(): boolean {
    return this.#base !== undefined;
  }

  /** What assignments start from now. */
  get base(): Pick<Base, 'model' | 'due'> {
    if (!this.#base) throw new Error('No buffer has begun.');
    return this.#base;
  }

  /** A buffer begins after another one, which closes. */
  follow(before: RoundId, next: RoundUnderWay): void {
    this.#next.set(before, next);
  }

  /** The buffer that began when another one closed. */
  after(round: RoundId): RoundUnderWay | undefined {
    return this.#next.get(round);
  }

  /** A buffer is over: assignments start from its version, or, where it made none, are as fresh as can be. */
  over({ round, number, model }: RoundRecord): void {
    this.#next.delete(round);
    if (this.#base) this.#base = { model: model ?? this.#base.model, due: number + 1 };
  }

  /** As `BufferPorts.soon`. */
  soon(assignment: AssignmentId, tell: () => void): void {
    if (this.#isStopped || this.#soon.has(assignment)) return;
    const cancel = this.#clock.at(this.#clock.now() + afterAnswer, () => {
      this.#soon.delete(assignment);
      tell();
    });
    this.#soon.set(assignment, cancel);
  }

  /** Says nothing more. */
  stop(): void {
    this.#isStopped = true;
    for (const cancel of this.#soon.values()) cancel();
    this.#soon.clear();
  }
}
