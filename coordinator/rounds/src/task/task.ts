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
  /** ms from the beginning of one round of it to that of the next; null: by command alone. */
  readonly every: number | null;
  /** Whether what devices answer is watched for drift. */
  readonly drift: boolean;
}

/** How the vocabulary of a task grows by what devices are asked; `growingTask` makes it. */
export interface Growth {
  /** Name of the query of the task that finds words. */
  readonly query: string;
  /** Words that are added to those of the definition, at most. */
  readonly most: number;
  /** Words that are added at once, at most. */
  readonly atOnce: number;
  /** The same task with more words, those that it has first. */
  readonly taskOf: (words: readonly string[]) => Task;
}

/** What to learn, complete and checked; `defineTask` makes it. */
export interface Task {
  readonly name: TaskName;
  /** The model before any round. */
  readonly model: () => tf.LayersModel | Promise<tf.LayersModel>;
  /** The words that the model knows, in the order of their rows; null: the task names none, and its model never grows. */
  readonly vocabulary: readonly string[] | null;
  /** How that grows by what devices are asked; undefined: with the definition only. */
  readonly growth?: Growth | undefined;
  readonly planVersion: number;
  readonly training: TrainingSettings;
  /** Updates without which no sum is opened, by which the weights of plans are bounded; left out where weights do not differ under masks. */
  readonly leastSum?: number;
  /** The coordinator's own examples that it is trained on; null: devices alone train it. */
  readonly central: CentralTraining | null;
  readonly update: UpdateSettings;
  /** Layers whose weights stay on each device. */
  readonly privateLayers: readonly string[];
  /** null: updates are added up as they are. */
  readonly masking: MaskingSettings | null;
  /** null: versions get no noise. */
  readonly privacy: TaskPrivacy | null;
  /** The groups that a masked cohort is cut into, each with a sum of its own; null: it is one sum. */
  readonly groups: Grouping | null;
  /** The parts that a round has where cells run it, each in one cell, with a sum of its own; null: it is in one cell. */
  readonly spread: Spread | null;
  readonly cohort: {
    /** Updates wanted: the aggregation goal. */
    readonly goal: number;
    /** Updates without which a round fails. */
    readonly minimum: number;
    /** Devices to choose for each update that is wanted. */
    readonly overSelection: number;
  };
  /**
   * Of an asynchronous task: devices train one by one, and every `cohort.goal` updates make a version, as they come, or under masks in a round of
   * those who have kept one; null: a cohort begins together.
   */
  readonly buffer: BufferLimits | null;
  /** How long the phases, and the evaluation of a new version, may last, ms. */
  readonly deadlines: RoundTerms['limits'] &
    Measuring['deadlines'] & {
      /** How long a masked round waits for devices whose connection is gone, once it has enough, ms. */
      readonly grace: number;
    };
  /** ms between the times at which devices send their updates; 0: as soon as they are made. */
  readonly uploadSlot: number;
  /** ms from the beginning of a round to that of the next; a longer round delays it. */
  readonly interval: number;
  /** When training runs begin and end; null: rounds run all the time. */
  readonly retrain: Retrain | null;
  /** What devices are asked besides. */
  readonly queries: readonly TaskQuery[];
  readonly eligibility: Eligibility;
  readonly strategy: Strategy;
  readonly evaluator: Evaluator | null;
  /** What a new version has to pass before it becomes the champion; null: the newest version is. */
  readonly gate: Gate | null;
  /** How a version that passed the gate becomes what everybody gets; null: at once. */
  readonly promote: Promotion | null;
  /** Live figures that may not fall after a promotion; null: nothing is taken back by itself. */
  readonly watch: readonly WatchRule[] | null;
  readonly serving: {
    /** Whether the coordinator predicts for devices that can't run the model. */
    readonly remote: boolean;
    /** In what form devices get the weights of a version that they only serve. */
    readonly weights: StoredWeights;
    /** The file of n-grams of the versions that are made from now on (`@murmuration/protocol/ngrams/ngram-file`), or the query of the task that finds them; null: they have none. */
    readonly ngrams: Uint8Array | string | null;
    /** Turns what clients of the inference server send into tensors, and answers back; null: they send tensors. */
    readonly transformer: Transformer | null;
    /** Inputs of one request as clients send it: each version answers it before its first request; null: zeros. */
    readonly warmUp: readonly Tensor[] | null;
  };
}

/** Whether a task adds up updates as they come: it is asynchronous, and has no masks. */
export function addsAsTheyCome({ buffer, masking }: Pick<Task, 'buffer' | 'masking'>): boolean {
  return buffer !== null && masking === null;
}

/** Devices that a round of the task chooses, or that one which adds updates up as they come has at work at the same time. */
export function cohortSizeOf(task: Pick<Task, 'cohort' | 'buffer' | 'masking'>): number {
  const { cohort, buffer } = task;
  if (buffer && addsAsTheyCome(task)) return buffer.concurrency;
  // Less a rounding error: 100 × 1.1 is a little above 110.
  return Math.ceil(cohort.goal * cohort.overSelection - 1e-6);
}

/** Devices that a task has a use for at the same time: those that train for a masked buffer are not those that are in one. */
export function devicesAtOnce(task: Pick<Task, 'cohort' | 'buffer' | 'masking'>): number {
  return cohortSizeOf(task) + (task.buffer && task.masking ? task.buffer.concurrency : 0);
}

/** ms within which a task wants as many devices as `devicesAtOnce` says: no part of an asynchronous one takes longer than its deadline. */
export function turnoverOf({ interval, deadlines, buffer }: Task): number {
  return buffer ? Math.ceil(deadlines.updates / 4) : interval;
}

/**
 * The most updates in one sum of integers of the task: those of the cohort, or of a group of it. A buffer without masks reads each update by
 * itself before it adds it.
 */
export function largestSumOf(task: Pick<Task, 'cohort' | 'buffer' | 'masking' | 'groups'>): number {
  if (addsAsTheyCome(task)) return 1;
  return Math.ceil(cohortSizeOf(task) / (task.groups?.count ?? 1));
}
