import type { ModelTrainer } from '@murmuration/engine/training/trainer';
import type { UpdateProcessor } from '../update/update-processor.ts';

/** Trains on the device. Apps may have their own, for instance for another framework. */
export interface Trainer extends ModelTrainer {
  /** Processes contributions in the trainer's thread, if it has one; by default the session does it. */
  readonly updateProcessor?: UpdateProcessor;
  /**
   * Returns the seconds that its thread has worked so far, by that thread's
   * clock, as of its last answer, if known.
   */
  readonly busy?: () => number;
}
