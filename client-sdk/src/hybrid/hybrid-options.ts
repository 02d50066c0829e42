import type { Serving } from '@murmuration/engine/inference/serving';
import type { Inference } from './inference.ts';
import type { PersonalModel } from './personal.ts';
import type { WeightsPrior } from './weights-prior.ts';

/** How a task's model is served on the device, mixed with what was learned there alone. */
export interface HybridOptions<Example = never> {
  /** How what the app asks becomes the model's input, and what examples ask of a model. */
  readonly serving: Serving<Example>;
  /** What is learned on this device alone; none by default: the global model serves. */
  readonly personal?: readonly PersonalModel[];
  /** Weights of the mixture that the device's own examples change; by default they decide alone. */
  readonly prior?: WeightsPrior;
  /** What runs the models; by default that of the platform. */
  readonly inference?: Inference;
  /**
   * Mean loss, in nats, by which a new version may do worse on the device's held-out examples than the one that it serves: beyond it the
   * device goes on with that one. 0.1 by default; `Infinity` for every version to serve.
   */
  readonly margin?: number;
  /**
   * When a new version serves: `at-once`, the default, with the personal models and λ as they are until the device is idle, or `when-idle`,
   * once they are fitted to it. One that the coordinator names, as in a rollback, does not wait. `margin` holds for all.
   */
  readonly adopt?: 'at-once' | 'when-idle';
  /**
   * Whether the coordinator may be asked where this device can't run the model, if the task offers that: what the app asks about leaves the
   * device then. False by default.
   */
  readonly remote?: boolean;
  /** Examples observed after which the personal models learn anew, once the device is idle; 50 by default. */
  readonly refitAfter?: number;
}
