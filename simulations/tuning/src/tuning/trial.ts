import type { Scenario } from '@murmuration/simulations/scenario/define-scenario';
import type { FederatedData } from '@murmuration/simulations/scenario/federated-data';
import type { CommonSettings } from '@murmuration/simulations/scenario/settings';

/** One training of a search, in the thread that trains it. */
export interface Trial {
  readonly scenario: Scenario;
  readonly settings: CommonSettings;
  /** What `heldOut` holds is what the training is measured on. */
  readonly data: FederatedData<unknown>;
  /** That the search goes by. */
  readonly metric: string;
  /** Where it is kept for the next rung, and for the case that the process is killed; null: nowhere. */
  readonly folder: string | null;
  readonly until: number;
  readonly looks: readonly number[];
  /** Threads beside this one that train; 0: this one trains. */
  readonly workers: number;
  /** Asked between two rounds. */
  readonly isStopped: () => boolean;
  /** Hears how many rounds or epochs are over. */
  readonly passed: (rounds: number) => void;
}
