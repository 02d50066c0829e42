import type { ModelParts } from '@murmuration/engine/models/model';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { ModelHash, TaskName } from '@murmuration/protocol/ids/ids';
import type {
  MaskingSettings,
  Plan,
  TrainingSettings,
  UpdateSettings,
} from '@murmuration/protocol/messages/plan';

/** Layers model of TensorFlow.js, such as that of `tf.sequential`. */
export interface LayersModel {
  toJSON(unused?: unknown, returnString?: boolean): unknown;
}

/** Task of the coordinator in memory. Defaults are what a device with default floors accepts. */
export interface TestTask {
  /** First version: a function that builds a layers model of TensorFlow.js, or its parts. */
  readonly model: ModelParts | (() => LayersModel | Promise<LayersModel>);
  /**
   * Training settings; by default 1 epoch in batches of 32 at a learning rate
   * of 0.1, over at most 1,000 examples.
   */
  readonly plan?: Partial<TrainingSettings>;
  /**
   * Update settings; by default clipped to 1, 12 bits, weight 1. With `weighting: 'examples'` the weight is
   * their number, for a client whose floor `mostShare` is 1.
   */
  readonly update?: Partial<Omit<UpdateSettings, 'compression'>>;
  /** Masking settings; by default against a malicious coordinator. `null`: updates are not masked. */
  readonly masking?: Partial<MaskingSettings> | null;
  /** Devices in a cohort, including this one, 3 to 128. @default 20 */
  readonly cohort?: number;
  /** Fewest examples that the task requires of a device. @default 1 */
  readonly leastExamples?: number;
  /** Layers that stay on the device. */
  readonly privateLayers?: readonly string[];
  /**
   * Milliseconds between two times to send updates at. A client on a real clock waits for them: use 0 there.
   * @default 30_000
   */
  readonly uploadSlot?: number;
}

/** Returns the plan of a task's round. Throws `options.invalid` for a cohort out of range. */
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
      // With a weight cap of the most examples, a weight is the number of examples.
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

/** Returns the parts of a model given in either form. */
export async function partsOf({ model }: TestTask): Promise<ModelParts> {
  if (typeof model !== 'function') return model;
  const built = await model();
  const { describeModel } = await import('@murmuration/engine/models/model');
  return describeModel(built as Parameters<typeof describeModel>[0]);
}
