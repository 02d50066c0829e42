import type { Scenario } from '@murmuration/simulations/scenario/define-scenario';
import type { FederatedData } from '@murmuration/simulations/scenario/federated-data';
import type { CommonSettings } from '@murmuration/simulations/scenario/settings';

/** One training of a search, in the thread that trains it. */
export interface TrialTraining {
  readonly scenario: Scenario;
  readonly settings: CommonSettings;
  /** Data of the training, which is measured on its `heldOut`. */
  readonly data: FederatedData<unknown>;
  /** Metric that the search optimises. */
  readonly metric: string;
  /** Folder for the state, for the next rung and after a crash; null: not stored. */
  readonly folder: string | null;
  readonly until: number;
  readonly looks: readonly number[];
  /** Number of additional threads that train; 0: this one trains. */
  readonly workers: number;
  /** Checked between two rounds. */
  readonly isStopped: () => boolean;
  /** Called with the number of finished rounds or epochs. */
  readonly passed: (rounds: number) => void;
}
