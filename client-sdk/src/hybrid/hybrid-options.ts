import type { Serving } from '@murmuration/engine/inference/serving';
import type { Inference } from './inference.ts';
import type { PersonalModel } from './personal.ts';
import type { WeightsPrior } from './weights-prior.ts';

/** Options for serving a task's model on the device, mixed with personal models. */
export interface HybridOptions<Example = never> {
  /** Converts the app's requests to model inputs, and examples to questions. */
  readonly serving: Serving<Example>;
  /** Models learned only on this device. @default none: the global model serves */
  readonly personal?: readonly PersonalModel[];
  /**
   * Initial weights of the mixture, which the device's examples change; by default only the examples count.
   */
  readonly prior?: WeightsPrior;
  /** Inference that runs the models; by default that of the platform. */
  readonly inference?: Inference;
  /**
   * Most increase in mean loss, in nats, of a new version over the current one on the device's held-out
   * examples; beyond it the device keeps the current one. `Infinity` accepts every version.
   * @default 0.1
   */
  readonly margin?: number;
  /**
   * Time when a new version serves: `at-once`, with the current personal models and λ until the device is
   * idle, or `when-idle`, once they are fitted to it. A version that the coordinator names, as in a rollback,
   * does not wait. `margin` applies to all.
   * @default 'at-once'
   */
  readonly adopt?: 'at-once' | 'when-idle';
  /**
   * True if the coordinator may answer where this device can't run the model and the task offers that; the
   * app's input leaves the device then.
   * @default false
   */
  readonly remote?: boolean;
  /** Observed examples after which the personal models relearn, once the device is idle. @default 50 */
  readonly refitAfter?: number;
}
