import type { DeviceId, RoundId } from '@murmuration/protocol/ids/ids';
import { type Figures, figuresOf } from '@murmuration/protocol/queries/figures';
import { queryOf } from '@murmuration/protocol/queries/query-bytes';
import { queryForm } from '@murmuration/protocol/queries/vector';
import { addPacked, packedLength } from '@murmuration/protocol/secagg/ring';
import type { Member } from '@murmuration/rounds/round/cohort';
import type { RoundRecord } from '@murmuration/rounds/round/record';
import type { SeenState } from '@murmuration/rounds/round/round';
import type { RecordedQuery } from './answer-recorder.ts';
import type { PlainUpdate } from './plain-update.ts';

interface Counted extends RecordedQuery {
  readonly round: RoundId;
  readonly contributors: readonly Member[];
}

/**
 * Computes the sums of the answers to a query a second time, from the answers before masking and the
 * contributors that the coordinator counted, and compares the results. Leaves a round unchecked that holds
 * the answer of a stranger, which only its device knows, or that began before `since`. Other rounds are still
 * checked, since no sum follows from another one.
 */
export class AnswerAudit {
  /**
   * Counts of rounds with a result: checked ones, those with the correct result, and those that can't be
   * checked.
   */
  readonly figures = { sumsChecked: 0, sumsExact: 0, sumsUnchecked: 0 };
  readonly #differs: (record: RoundRecord) => void;
  readonly #isStranger: (device: DeviceId) => boolean;
  readonly #since: number;
  /** Answers of the round under way, by assignment. */
  readonly #answers = new Map<string, Uint8Array>();
  #counted: Counted | undefined;

  /**
   * @param differs called with a round whose result differs; `isStranger` is true for devices that do not
   * report their answers.
   */
  constructor(
    differs: (record: RoundRecord) => void,
    {
      isStranger = () => false,
      since = 0,
    }: { isStranger?: (device: DeviceId) => boolean; since?: number } = {},
  ) {
    this.#differs = differs;
    this.#isStranger = isStranger;
    this.#since = since;
  }

  take({ assignment, packed }: PlainUpdate): void {
    this.#answers.set(assignment, packed);
  }

  /** Hears every state of a round. */
  observe(state: SeenState): void {
    if (!('contributors' in state)) return;
    const { id: round, plan } = state.terms;
    const query = queryOf(plan);
    const { largestCohort } = plan;
    this.#counted = query && { query, largestCohort, round, contributors: state.contributors };
  }

  /** Checks the result of a round that is over, and forgets its answers; null means no result was shown. */
  ended(record: RoundRecord, shown: Figures | null): void {
    const counted = this.#counted?.round === record.round ? this.#counted : undefined;
    const answers = counted?.contributors.map(({ assignment }) => this.#answers.get(assignment)) ?? [];
    this.#answers.clear();
    if (shown === null) return;
    const isUnknown = !counted || record.startedAt < this.#since;
    if (isUnknown || counted.contributors.some(({ device }) => this.#isStranger(device))) {
      this.figures.sumsUnchecked += 1;
      return;
    }
    this.figures.sumsChecked += 1;
    if (JSON.stringify(figuresFrom(counted, answers)) === JSON.stringify(shown)) this.figures.sumsExact += 1;
    else this.#differs(record);
  }
}

/** Result of the answers; undefined if one is missing, or belongs to another query. */
function figuresFrom(
  { query, largestCohort }: Counted,
  answers: readonly (Uint8Array | undefined)[],
): Figures | undefined {
  const { elements, width } = queryForm(query, largestCohort);
  const sum = new Int32Array(elements);
  for (const answer of answers) {
    if (answer?.length !== packedLength(elements, width)) return undefined;
    // Adds in JavaScript, unlike a coordinator with kernels.
    addPacked(sum, answer, width);
  }
  const bits = 2 ** width - 1;
  return figuresOf(
    query,
    sum.map(element => element & bits),
    answers.length,
  );
}
