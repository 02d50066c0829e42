import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { ModelHash, TaskName } from '@murmuration/protocol/ids/ids';
import type {
  MaskingSettings,
  Plan,
  TrainingSettings,
  UpdateSettings,
} from '@murmuration/protocol/messages/plan';
import type { ModelFiles } from '@murmuration/protocol/weights/model-files';

/** A model: what it consists of, its shape, and its weights as one vector. */
export type ModelParts = Pick<ModelFiles, 'topology' | 'layout' | 'weights'>;

/** A layers model of TensorFlow.js, as `tf.sequential` makes it. */
export interface LayersModel {
  toJSON(unused?: unknown, returnString?: boolean): unknown;
}

/** A task of the coordinator in memory. What is left out is what a device with default floors accepts. */
export interface TestTask {
  /** The first version: what builds a layers model of TensorFlow.js, or its parts. */
  readonly model: ModelParts | (() => LayersModel | Promise<LayersModel>);
  /** How devices train; by default 1 epoch in batches of 32 at a learning rate of 0.1, over 1,000 examples at most. */
  readonly plan?: Partial<TrainingSettings>;
  /** How an update is sent; by default clipped to 1, in 12 bits, with the weight 1. With `weighting: 'examples'` the weight is their number, for a client whose floor `mostShare` is 1. */
  readonly update?: Partial<Omit<UpdateSettings, 'compression'>>;
  /** What masks withstand; by default a malicious coordinator. `null`: updates are not masked. */
  readonly masking?: Partial<MaskingSettings> | null;
  /** Devices in a cohort, this one included, 3 to 128; 20 by default. */
  readonly cohort?: number;
  /** Examples below which the task has no use for a device; 1 by default. */
  readonly leastExamples?: number;
  /** Layers that stay on the device. */
  readonly privateLayers?: readonly string[];
  /** ms from one time to send updates at to the next; 30,000 by default. A client on a real clock waits for it: 0 is for those. */
  readonly uploadSlot?: number;
}

/** The plan of a round of a task. Throws `options.invalid` for a cohort out of range. */
export function planOf(name: TaskName, task: TestTask, model: ModelHash): Plan {
  const { plan = {}, update = {}, masking = {}, cohort = 20, privateLayers, uploadSlot = 30_000 } = task;
  if (!Number.isInteger(cohort) || cohort < 3 || cohort > 128)
    throw new MurmurationError(
      'options.invalid',
      `"cohort" of ${name} is a whole number from 3 to 128, not ${cohort}.`,
    );
  const training: TrainingSettings = {
    epochs: 1,
    batchSize: 32,
    learningRate: 0.1,
    proximal: 0,
    gradientClip: null,
    maxExamples: 1_000,
    seed: 1,
    ...plan,
  };
  return {
    task: name,
    version: 1,
    model,
    training,
    update: {
      kind: 'ring',
      clip: 1,
      bits: 12,
      weighting: 'uniform',
      // A weight cap as large as the most examples: a weight is then the number of examples.
      weightCap: update.weighting === 'examples' ? Math.min(65_536, training.maxExamples) : 1,
      ...update,
    },
    masking: masking && { threat: 'malicious', corrupt: 0.05, dropping: 0.1, graph: 'sparse', ...masking },
    largestCohort: cohort,
    grace: 20_000,
    uploadSlot,
    ...(privateLayers && { privateLayers: [...privateLayers] }),
  };
}

/** The parts of a model, whichever way it is given. */
export async function partsOf({ model }: TestTask): Promise<ModelParts> {
  if (typeof model !== 'function') return model;
  const built = await model();
  const { describeModel } = await import('@murmuration/engine/models/model');
  return describeModel(built as Parameters<typeof describeModel>[0]);
}
