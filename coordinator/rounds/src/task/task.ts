import type { StoredWeights } from '@murmuration/engine/models/stored-weights';
import type * as tf from '@murmuration/engine/tfjs/tf';
import type { TaskName } from '@murmuration/protocol/ids/ids';
import type { MaskingSettings, TrainingSettings, UpdateSettings } from '@murmuration/protocol/messages/plan';
import type { Query } from '@murmuration/protocol/queries/query';
import type { Tensor } from '@murmuration/protocol/tensors/tensor';
import type { Transformer } from '@murmuration/serving/transformer/transformer';
import type { Evaluator } from '../evaluation/evaluator.ts';
import type { Measuring } from '../evaluation/measure.ts';
import type { Grouping } from '../round/groups.ts';
import type { BufferLimits, RoundTerms, Spread } from '../round/round.ts';
import type { Strategy } from '../strategy/strategy.ts';
import type { CentralTraining } from './central.ts';
import type { Eligibility } from './eligibility.ts';
import type { Retrain } from './retrain/retrain.ts';
import type { Gate } from './task-gate.ts';
import type { TaskPrivacy } from './task-privacy.ts';
import type { Promotion } from './task-promotion.ts';
import type { WatchRule } from './task-watch.ts';

/** A query that a task asks its devices. */
export interface TaskQuery {
  readonly query: Query;
  /** ms from the start of one of its rounds to the start of the next; null if it runs only by command. */
  readonly every: number | null;
  /** True if answers are watched for drift. */
  readonly drift: boolean;
}

/** Growth of the vocabulary by words that devices find; `growingTask` makes it. */
export interface Growth {
  /** Name of the task's query that finds words. */
  readonly query: string;
  /** Most words that are added to those of the definition. */
  readonly most: number;
  /** Most words that are added at once. */
  readonly atOnce: number;
  /** Returns the same task with these words, which begin with its present ones. */
  readonly taskOf: (words: readonly string[]) => Task;
}

/** A task, complete and checked; `defineTask` makes it. */
export interface Task {
  readonly name: TaskName;
  /** The model before any round. */
  readonly model: () => tf.LayersModel | Promise<tf.LayersModel>;
  /**
   * Words that the model knows, in the order of their rows; null if the task names none and its model never
   * grows.
   */
  readonly vocabulary: readonly string[] | null;
  /** Growth of the vocabulary by words that devices find; undefined if only the definition changes it. */
  readonly growth?: Growth | undefined;
  readonly planVersion: number;
  readonly training: TrainingSettings;
  /**
   * Fewest updates in a sum that is opened, which bounds the weights of plans; left out if weights don't
   * differ under masks.
   */
  readonly leastSum?: number;
  /** Training on the coordinator's own examples; null if only devices train the task. */
  readonly central: CentralTraining | null;
  readonly update: UpdateSettings;
  /** Layers whose weights stay on each device. */
  readonly privateLayers: readonly string[];
  /** Settings of masking; null adds updates up without masks. */
  readonly masking: MaskingSettings | null;
  /** Privacy budget; null adds no noise. */
  readonly privacy: TaskPrivacy | null;
  /** Groups of a masked cohort, each with its own sum; null if the cohort is one sum. */
  readonly groups: Grouping | null;
  /** Parts of a round that is spread over cells, each with its own sum; null if a round is in one cell. */
  readonly spread: Spread | null;
  readonly cohort: {
    /** Updates wanted: the aggregation goal. */
    readonly goal: number;
    /** Fewest updates of a round that succeeds. */
    readonly minimum: number;
    /** Devices drawn for each update wanted. */
    readonly overSelection: number;
  };
  /**
   * Limits of an asynchronous task: devices train one by one, and every `cohort.goal` updates make a
   * version. They are added as they come or, with masking, in a round of devices that kept one. Null: a
   * cohort begins together.
   */
  readonly buffer: BufferLimits | null;
  /** Time limits of the phases and of the evaluation of a new version, ms. */
  readonly deadlines: RoundTerms['limits'] &
    Measuring['deadlines'] & {
      /** Time that a masked round with enough devices waits for disconnected ones, ms. */
      readonly grace: number;
    };
  /** ms between the times at which devices send their updates; 0 sends them as soon as they are made. */
  readonly uploadSlot: number;
  /** ms from the start of a round to the start of the next; a longer round delays the next. */
  readonly interval: number;
  /** Start and end of training runs; null if rounds run all the time. */
  readonly retrain: Retrain | null;
  /** Queries to devices in addition to training. */
  readonly queries: readonly TaskQuery[];
  readonly eligibility: Eligibility;
  readonly strategy: Strategy;
  readonly evaluator: Evaluator | null;
  /**
   * Rules that a new version must pass to become the champion; with null, the newest version is the
   * champion.
   */
  readonly gate: Gate | null;
  /** Rollout of a version that passed the gate; null gives it to everyone at once. */
  readonly promote: Promotion | null;
  /**
   * Live metrics that may not get worse after a promotion; with null, nothing is taken back automatically.
   */
  readonly watch: readonly WatchRule[] | null;
  readonly serving: {
    /** True if the coordinator predicts for devices that can't run the model. */
    readonly remote: boolean;
    /** Format of the weights for devices that only serve a version. */
    readonly weights: StoredWeights;
    /**
     * N-gram file of the versions made from now on (`@murmuration/protocol/ngrams/ngram-file`), or the
     * task's query that finds n-grams; null for none.
     */
    readonly ngrams: Uint8Array | string | null;
    /**
     * Transformer of requests to the inference server into tensors, and of the answers back; with null,
     * clients send tensors.
     */
    readonly transformer: Transformer | null;
    /**
     * Inputs of one request as clients send it; each version answers it before its first request. Null uses
     * zeros.
     */
    readonly warmUp: readonly Tensor[] | null;
  };
}

/** True if a task adds updates up as they come: it is asynchronous, without masks. */
export function addsAsTheyCome({ buffer, masking }: Pick<Task, 'buffer' | 'masking'>): boolean {
  return buffer !== null && masking === null;
}

/**
 * Devices that a round chooses or, in a task that adds updates up as they come, devices at work at the same
 * time.
 */
export function cohortSizeOf(task: Pick<Task, 'cohort' | 'buffer' | 'masking'>): number {
  const { cohort, buffer } = task;
  if (buffer && addsAsTheyCome(task)) return buffer.concurrency;
  // Subtracts a rounding error: 100 × 1.1 is slightly above 110.
  return Math.ceil(cohort.goal * cohort.overSelection - 1e-6);
}

/**
 * Most devices that a task uses at the same time; with a masked buffer, those that train for it and those in
 * its round are different devices.
 */
export function devicesAtOnce(task: Pick<Task, 'cohort' | 'buffer' | 'masking'>): number {
  return cohortSizeOf(task) + (task.buffer && task.masking ? task.buffer.concurrency : 0);
}

/**
 * ms within which a task wants `devicesAtOnce` devices; no phase of an asynchronous task takes longer than
 * its deadline.
 */
export function turnoverOf({ interval, deadlines, buffer }: Task): number {
  return buffer ? Math.ceil(deadlines.updates / 4) : interval;
}

/**
 * Most updates in one integer sum of the task: those of a cohort, or of one of its groups. A buffer without
 * masks decodes each update before it adds it.
 */
export function largestSumOf(task: Pick<Task, 'cohort' | 'buffer' | 'masking' | 'groups'>): number {
  if (addsAsTheyCome(task)) return 1;
  return Math.ceil(cohortSizeOf(task) / (task.groups?.count ?? 1));
}
