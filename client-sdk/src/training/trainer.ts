import type { ModelTrainer } from '@murmuration/engine/training/trainer';
import type { UpdateProcessor } from '../update/update-processor.ts';

/** Trains on the device. An app may bring its own, for instance for another framework. */
export interface Trainer extends ModelTrainer {
  /** Does the rest of a contribution in the trainer's thread, where it has one of its own; by default the session's does it. */
  readonly updateProcessor?: UpdateProcessor;
  /** Seconds for which its thread has been at work so far, by that thread's own clock, as of its last answer; left out where nobody tells. */
  readonly busy?: () => number;
}
