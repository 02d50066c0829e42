import type { AssignmentId, ModelHash, RoundId } from '@murmuration/protocol/ids/ids';
import type { Cancel, Clock } from '@murmuration/protocol/time/clock';
import type { Layout } from '@murmuration/protocol/weights/layout';
import type { Base } from '../round/base.ts';
import type { RoundRecord } from '../round/record.ts';
import type { Lifetime } from './round-under-way.ts';

/** ms between the answer to an upload and the message to its device that its part is over. */
const afterAnswer = 1_000;

/** State of an asynchronous task across its buffers: their order, and the starting point of assignments. */
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

  /** Notes that a buffer begins that follows none, with number `due`, from version `model`. */
  begins(model: ModelHash, due: number, layout: Layout): void {
    this.#base = { model, due };
    this.#layout = layout;
  }

  /**
   * Notes that a buffer goes on after a restart, before any begins: of two, the first is the one that is due.
   * `model` is the current version.
   */
  resumes(model: ModelHash, due: number, layout: Layout): void {
    this.#base ??= { model, due };
    this.#layout = layout;
  }

  /** Starting point of assignments now. */
  get base(): Pick<Base, 'model' | 'due'> {
    if (!this.#base) throw new Error('No buffer has begun.');
    return this.#base;
  }

  /** Layout of the model. */
  get layout(): Layout {
    if (!this.#layout) throw new Error('No buffer has begun.');
    return this.#layout;
  }

  /** Notes that a buffer begins after another one, which closes. */
  follow(before: RoundId, next: Lifetime): void {
    this.#next.set(before, next);
  }

  /** Returns the buffer that began when another one closed. */
  after(round: RoundId): Lifetime | undefined {
    return this.#next.get(round);
  }

  /**
   * Notes the end of a buffer: assignments now start from its version or, if it made none, count as entirely
   * fresh.
   */
  over({ round, number, model }: RoundRecord): void {
    this.#next.delete(round);
    if (this.#base) this.#base = { model: model ?? this.#base.model, due: number + 1 };
  }

  /** Sends a message as `BufferPorts.soon`. */
  soon(assignment: AssignmentId, tell: () => void): void {
    if (this.#isStopped || this.#soon.has(assignment)) return;
    const cancel = this.#clock.at(this.#clock.now() + afterAnswer, () => {
      this.#soon.delete(assignment);
      tell();
    });
    this.#soon.set(assignment, cancel);
  }

  /** Stops all further messages. */
  stop(): void {
    this.#isStopped = true;
    for (const cancel of this.#soon.values()) cancel();
    this.#soon.clear();
  }
}
