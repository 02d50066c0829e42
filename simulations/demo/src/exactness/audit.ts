import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { DeviceId, ModelHash, RoundId } from '@murmuration/protocol/ids/ids';
import { addPacked, centre } from '@murmuration/protocol/secagg/ring';
import { encodeModel, type FileBeside, type ModelFiles } from '@murmuration/protocol/weights/model-files';
import { type Mean, meanOfSum, quantizationFor } from '@murmuration/protocol/weights/quantize';
import type { Member } from '@murmuration/rounds/round/cohort';
import type { RoundRecord } from '@murmuration/rounds/round/record';
import type { SeenState } from '@murmuration/rounds/round/round';
import type { StrategyState } from '@murmuration/rounds/strategy/strategy';
import { cohortSizeOf, type Task } from '@murmuration/rounds/task/task';
import type { PlainUpdate } from './plain-update.ts';

/** Version, and the state of the strategy with it. */
interface Head {
  readonly model: InitialModel;
  readonly state: StrategyState;
}

/** Parts of a model that its hash follows from. */
export type InitialModel = Pick<ModelFiles, 'topology' | 'layout' | 'weights'>;

/** Reason why updates are unknown: a device does not report them, or their round began before the audit. */
export type Unknown = 'stranger' | 'earlier';

/**
 * Computes each version of a new task a second time, from the phones' updates before masking and the
 * contributors that the coordinator counted, and compares the hashes: equal ones mean that the sum under the
 * masks was exact to the last bit. Checking ends with a version that differs, since the next would follow
 * from it, or before the first one that holds the update of a stranger, which only its device knows, or
 * updates of a round that began earlier.
 */
export class ExactnessAudit {
  /**
   * Counts of published rounds: checked ones, those with the correct model, and those that can't be checked.
   */
  readonly figures = { sumsChecked: 0, sumsExact: 0, sumsUnchecked: 0 };
  readonly #task: Task;
  /** Number of values of the model. */
  readonly #count: number;
  readonly #differs: (record: RoundRecord) => void;
  /** Updates of the round under way, by assignment. */
  readonly #updates = new Map<string, Uint8Array>();
  readonly #isStranger: (device: DeviceId) => boolean;
  readonly #since: number;
  #contributors: readonly Member[] = [];
  /** Reason why sums can't be checked any more: the head contains unknown updates. */
  #unknown: Unknown | null = null;
  /** Head that the next round starts from; undefined once a version differed. */
  #head: Head | undefined;

  /**
   * @param head start of the first round; without a state, a version that no round has led to.
   * @param differs called with a round whose model is not the expected one; `isStranger` is true for devices
   * that do not report their updates; updates of rounds that began before `since` are unknown.
   */
  constructor(
    task: Task,
    head: { readonly model: InitialModel; readonly state?: StrategyState | undefined },
    differs: (record: RoundRecord) => void,
    {
      isStranger = () => false,
      since = 0,
    }: { isStranger?: (device: DeviceId) => boolean; since?: number } = {},
  ) {
    const { model, state = task.strategy.init(model.layout.count) } = head;
    this.#task = task;
    this.#since = since;
    this.#differs = differs;
    this.#isStranger = isStranger;
    this.#count = model.layout.count;
    this.#head = { model, state };
  }

  /** Reason why sums were left unchecked; null if none was. */
  get unknown(): Unknown | null {
    return this.#unknown;
  }

  take({ assignment, packed }: PlainUpdate): void {
    this.#updates.set(assignment, packed);
  }

  /** Hears every state of a round. */
  observe(state: SeenState): void {
    if ('contributors' in state) this.#contributors = state.contributors;
  }

  /**
   * Checks a round that is over, and forgets its updates. `ngrams` is the file of n-grams of its version, if
   * any.
   */
  ended(record: RoundRecord, ngrams?: FileBeside): void {
    const updates = this.#contributors.map(({ assignment }) => this.#updates.get(assignment));
    this.#updates.clear();
    if (record.outcome !== 'published' || !this.#head) return;
    if (record.startedAt < this.#since) this.#unknown ??= 'earlier';
    else if (this.#contributors.some(({ device }) => this.#isStranger(device))) this.#unknown ??= 'stranger';
    if (this.#unknown) {
      this.figures.sumsUnchecked += 1;
      return;
    }
    const next = updates.every(isKnown) ? this.#step(this.#head, updates, record.round, ngrams) : undefined;
    const isExact = next?.hash === record.model;
    this.figures.sumsChecked += 1;
    if (isExact) this.figures.sumsExact += 1;
    else this.#differs(record);
    this.#head = isExact ? next : undefined;
  }

  #step(
    { model, state }: Head,
    updates: readonly Uint8Array[],
    round: RoundId,
    ngrams: FileBeside | undefined,
  ): Head & { hash: ModelHash } {
    const { strategy } = this.#task;
    const { topology, layout, weights } = model;
    const meanOf = (some: readonly Uint8Array[]) => this.#meanOf(some, round);
    if (strategy.consumes === 'groups')
      throw new MurmurationError('config.invalid', 'The audit knows nothing of the groups of a cohort.');
    const next =
      strategy.consumes === 'each'
        ? strategy.apply(
            state,
            weights,
            updates.map(update => meanOf([update])),
          )
        : strategy.apply(state, weights, meanOf(updates));
    const { hash } = encodeModel(topology, layout, next.model, undefined, undefined, ngrams);
    return { hash, model: { topology, layout, weights: next.model }, state: next.state };
  }

  #meanOf(updates: readonly Uint8Array[], round: RoundId): Mean {
    const settings = { ...this.#task.update, largestCohort: cohortSizeOf(this.#task) };
    const quantization = quantizationFor(this.#count, settings);
    const sum = new Int32Array(quantization.elements);
    // Adds in JavaScript, unlike a coordinator with kernels.
    for (const update of updates) addPacked(sum, update, quantization.width);
    return meanOfSum(centre(sum, quantization.width), updates.length, settings, quantization, round);
  }
}

function isKnown(update: Uint8Array | undefined): update is Uint8Array {
  return update !== undefined;
}
