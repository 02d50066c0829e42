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

/** A version, and what the strategy remembers with it. */
interface Head {
  readonly model: InitialModel;
  readonly state: StrategyState;
}

/** A model by what its hash follows from. */
export type InitialModel = Pick<ModelFiles, 'topology' | 'layout' | 'weights'>;

/** An update of a device that tells none, or updates of a round that began before there was an audit. */
export type Unknown = 'stranger' | 'earlier';

/**
 * Computes each version of a new task a second time, from the updates that the phones had before they masked them and from
 * whom the coordinator counted, and compares the hashes: equal ones mean that the sum under the masks was exact to the last
 * bit. A version that differs is the last one that is checked, since the next would follow from it; so is one before the first that
 * holds the update of a stranger, which nobody but its device knows, or those of a round that began earlier.
 */
export class ExactnessAudit {
  /** Published rounds that were checked, those whose model is what it must be, and those that can't be checked. */
  readonly figures = { sumsChecked: 0, sumsExact: 0, sumsUnchecked: 0 };
  readonly #task: Task;
  /** Values of the model. */
  readonly #count: number;
  readonly #differs: (record: RoundRecord) => void;
  /** By assignment: those of the round under way. */
  readonly #updates = new Map<string, Uint8Array>();
  readonly #isStranger: (device: DeviceId) => boolean;
  readonly #since: number;
  #contributors: readonly Member[] = [];
  /** Why sums can't be checked any more: what nobody here knows is in the head. */
  #unknown: Unknown | null = null;
  /** What the next round starts from; undefined once a version differed. */
  #head: Head | undefined;

  /**
   * `head` is what the first round starts from; without a state, one that no round has led to. `differs` hears of the round whose model is not
   * what it must be; `isStranger` knows devices that tell no updates; the updates of rounds that began before `since` are unknown.
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

  /** Why sums were left unchecked; null where none was. */
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

  /** Checks a round that is over, and forgets its updates. `ngrams` is the file of n-grams that its version has beside the model. */
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
    // In JavaScript, which the coordinator does not add with where it has kernels.
    for (const update of updates) addPacked(sum, update, quantization.width);
    return meanOfSum(centre(sum, quantization.width), updates.length, settings, quantization, round);
  }
}

function isKnown(update: Uint8Array | undefined): update is Uint8Array {
  return update !== undefined;
}
