import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { Plan, PlanNoise } from '@murmuration/protocol/messages/plan';
import { type Figures, figuresOf } from '@murmuration/protocol/queries/figures';
import type { Query } from '@murmuration/protocol/queries/query';
import { queryHash } from '@murmuration/protocol/queries/query-hash';
import { queryForm } from '@murmuration/protocol/queries/vector';
import { type RingVector, ringVector } from '@murmuration/protocol/secagg/ring-vector';
import { decodeUpdate, type UpdateForm } from '@murmuration/protocol/weights/codec';
import { RingElements } from './ring-snapshot.ts';
import type { SumInRing } from './running-sum.ts';

/** Sum of the masked answers to a query; no strategy gets it. */
export class AnswerSum extends RingElements implements SumInRing {
  readonly consumes = 'answers';
  readonly inRing = [this];
  readonly form: Extract<UpdateForm, { kind: 'ring' }>;
  readonly #query: Query;
  readonly #noise: PlanNoise | undefined;
  protected readonly vector: RingVector;

  /**
   * Starts empty, for the query of the plan. Throws `config.ring` if a sum of the largest cohort could wrap.
   */
  constructor(query: Query, { query: bytes, largestCohort, privacy }: Plan) {
    super();
    const { elements, width } = queryForm(query, largestCohort);
    this.#query = query;
    this.#noise = privacy?.noise;
    this.form = {
      kind: 'ring',
      layoutHash: queryHash(bytes!),
      count: elements,
      width: privacy?.noise?.width ?? width,
    };
    this.vector = ringVector(elements);
  }

  get width(): number {
    return this.form.width;
  }

  /** Adds an answer in wire format. Throws `update.*`, and then leaves the sum untouched. */
  add(bytes: Uint8Array): void {
    const update = decodeUpdate(bytes, this.form);
    if (update.kind !== 'ring') throw new MurmurationError('update.wrong-kind');
    this.vector.add(update.packed, this.width);
    this.contributors += 1;
  }

  /**
   * Returns the figures of the devices, once no mask is left. Throws `secagg.too-few` below the threshold of
   * the query, and `update.impossible` if no answers could have led to the sum.
   */
  figures(): Figures {
    const { threshold } = this.#query;
    if (this.contributors < threshold)
      throw new MurmurationError(
        'secagg.too-few',
        `${this.contributors} devices answered; nothing is shown below ${threshold}.`,
      );
    if (this.#noise) {
      // With noise a sum may be below 0.
      const shift = 32 - this.width;
      const sum = this.elements.map(element => (element << shift) >> shift);
      return figuresOf(this.#query, sum, this.contributors, this.contributors * this.#noise.variance);
    }
    // Answers are 0 or more, and rings of queries have 31 bits at most.
    const bits = 2 ** this.width - 1;
    const sum = this.elements.map(element => element & bits);
    return figuresOf(this.#query, sum, this.contributors);
  }

  /** Returns undefined: answers bring no verdicts. */
  verdicts(): undefined {
    return undefined;
  }

  /** Throws as `figures`. */
  requirePossible(): void {
    this.figures();
  }
}
