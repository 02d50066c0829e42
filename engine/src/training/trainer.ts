import type { TrainingSettings } from '@murmuration/protocol/messages/plan';
import type { ModelFiles } from '@murmuration/protocol/weights/model-files';

/** Settings of a training on a device, including the correction of its steps. */
export interface LocalSettings extends TrainingSettings {
  /**
   * Correction added to the gradient of each step after clipping (c − cᵢ of SCAFFOLD): a number for each
   * value of the model, unused for values that no gradient moves. The result of a training with it has
   * `gradient`.
   */
  readonly correction?: Float32Array | undefined;
  /**
   * Share of the steps, counted from the last, whose weights are averaged into the result (Polyak & Juditsky
   * 1992), above 0 and at most 1: steps of few examples wander about the minimum. Left out: the weights after
   * the last step. A trainer without averaging ignores it.
   */
  readonly average?: number | undefined;
}

/** Result of a training on examples. */
export interface TrainingResult {
  /** Trained weights minus those of the model, in the order of its layout. */
  readonly delta: Float32Array;
  /** Number of examples used. */
  readonly examples: number;
  /**
   * Figures such as `loss`, in the unit of the objective, over the training examples; if the settings have
   * `fairness`, `initialLoss` is the loss of the model before training.
   */
  readonly metrics: Readonly<Record<string, number>>;
  /**
   * Mean gradient of the steps without the `correction`, if the settings have one; 0 for values that no
   * gradient moves. A trainer without corrections leaves it out.
   */
  readonly gradient?: Float32Array;
  /** Kernels that trained, if the trainer tells. */
  readonly path?: TrainingPath;
}

/**
 * Kernels that trained the model: the engine's fused ones, tfjs' own, or those of an app's own trainer.
 * `reason` is one sentence without a full stop.
 */
export interface TrainingPath {
  readonly engine: 'fused' | 'generic' | 'own';
  readonly reason: string;
  /** Backend of TensorFlow.js behind the generic kernels, if it was chosen for them. */
  readonly backend?: string;
}

/** Trains a model on examples: on a device, or on a coordinator's own. */
export interface ModelTrainer {
  /**
   * Trains a copy of `model`, from its weights; under a plan with private layers these are not the weights
   * that its hash names. The weights are read elsewhere too, and must neither be changed nor transferred.
   * `progress` receives the finished share, from 0 to 1. Throws `training.no-examples`, and, soon after
   * `signal` is aborted, `training.stopped`: no other training of its task begins before. A result that is
   * not finite is returned unchanged: a device that dropped out because of it would reveal something about
   * its examples.
   */
  train(
    model: ModelFiles,
    settings: LocalSettings,
    examples: readonly unknown[],
    signal: AbortSignal,
    progress: (done: number) => void,
  ): Promise<TrainingResult>;
  /** Frees memory and threads. */
  close(): Promise<void>;
}
