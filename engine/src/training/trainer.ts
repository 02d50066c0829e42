import type { TrainingSettings } from '@murmuration/protocol/messages/plan';
import type { ModelFiles } from '@murmuration/protocol/weights/model-files';

/** How to train, and by what steps are corrected. */
export interface LocalSettings extends TrainingSettings {
  /**
   * Added to the gradient of each step, once that is clipped (c − cᵢ of SCAFFOLD): a number for each value of the model; what no gradient
   * moves has no use for it. The result of a training with it has `gradient`.
   */
  readonly correction?: Float32Array | undefined;
  /**
   * The share of the steps, the last ones, of whose weights the result is the mean (Polyak & Juditsky 1992), above 0 and at most 1: steps of
   * few examples wander about what they descend to. Left out: the weights after the last step. A trainer that knows of none leaves it out.
   */
  readonly average?: number | undefined;
}

/** What was learned from examples. */
export interface TrainingResult {
  /** Trained weights minus those of the model, in the order of its layout. */
  readonly delta: Float32Array;
  /** Examples that were used. */
  readonly examples: number;
  /**
   * Figures such as `loss`, in the unit of the objective, over the training examples; where the settings have `fairness`, `initialLoss` is
   * that of the model before it was trained.
   */
  readonly metrics: Readonly<Record<string, number>>;
  /**
   * Where the settings have a `correction`: the mean gradient of the steps without it, 0 where no gradient moves a value. A trainer that
   * knows of no correction leaves it out.
   */
  readonly gradient?: Float32Array;
  /** What it ran on, where the trainer tells. */
  readonly path?: TrainingPath;
}

/** Which kernels trained the model: the engine's fused ones, tfjs' own, or those of an app's own trainer; and why, in one sentence without a full stop. */
export interface TrainingPath {
  readonly engine: 'fused' | 'generic' | 'own';
  readonly reason: string;
  /** The backend of TensorFlow.js behind the generic kernels, where it was chosen for them. */
  readonly backend?: string;
}

/** Trains a model on examples: on a device, or on a coordinator's own. */
export interface ModelTrainer {
  /**
   * Trains a copy of `model`, from its weights: under a plan with private layers these are not those that its hash names. They are read
   * elsewhere too, and neither changed nor transferred.
   * `progress` hears the share that is done, from 0 to 1. Throws `training.no-examples`, and, soon after `signal` is aborted,
   * `training.stopped`: no other training of its task begins before. A result that is not finite is returned as it is: a device that left
   * for it would tell the coordinator of its examples.
   */
  train(
    model: ModelFiles,
    settings: LocalSettings,
    examples: readonly unknown[],
    signal: AbortSignal,
    progress: (done: number) => void,
  ): Promise<TrainingResult>;
  /** Frees what it holds. */
  close(): Promise<void>;
}
