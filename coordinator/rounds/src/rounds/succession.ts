import type { AssignmentId, ModelHash, RoundId } from '@murmuration/protocol/ids/ids';
import type { Cancel, Clock } from '@murmuration/protocol/time/clock';
import type { Layout } from '@murmuration/protocol/weights/layout';
import type { Base } from '../round/base.ts';
import type { RoundRecord } from '../round/record.ts';
import type { Lifetime } from './round-under-way.ts';

/** ms after the answer to an upload at which its device hears that its part is over. */
const afterAnswer = 1_000;

/** What an asynchronous task knows across its buffers: which one follows which, and what assignments start from. */
export class Succession {
  readonly #clock: Clock;
  readonly #next = new Map<RoundId, Lifetime>();
  readonly #soon = new Map<AssignmentId, Cancel>();
  #base: Pick<Base, 'model' | 'due'> | undefined;
  #layout: Layout | undefined;
  #isStopped = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** A buffer begins that follows none, with number `due`, and from version `model`. */
  begins(model: ModelHash, due: number, layout: Layout): void {
    this.#base = { model, due };
    this.#layout = layout;
  }

  /** A buffer goes on after a restart, before any begins: of two the first is the one that is due. `model` is the version that is there now. */
  resumes(model: ModelHash, due: number, layout: Layout): void {
    this.#base ??= { model, due };
    this.#layout = layout;
  }

  /** What assignments start from now. */
  get base(): Pick<Base, 'model' | 'due'> {
    if (!this.#base) throw new Error('No buffer has begun.');
    return this.#base;
  }

  /** That of the model. */
  get layout(): Layout {
    if (!this.#layout) throw new Error('No buffer has begun.');
    return this.#layout;
  }

  /** A buffer begins after another one, which closes. */
  follow(before: RoundId, next: Lifetime): void {
    this.#next.set(before, next);
  }

  /** The buffer that began when another one closed. */
  after(round: RoundId): Lifetime | undefined {
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
