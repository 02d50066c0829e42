import type { Account } from '../accountants/account.ts';
import type { Mechanism } from '../mechanisms/mechanism.ts';

type Party = 'coordinator' | 'device';

/** Circumstances of a training that a mechanism does not contain, but that a reader of its ε has to know. */
export interface Circumstances {
  /**
   * Largest norm of one device's contribution to one release, in the unit of the sum; infinite if nothing is
   * clipped.
   */
  readonly clip: number;
  /** Description of what outsiders get to see, such as "every model version". */
  readonly released: string;
  /** Party that adds the noise; it knows the sum without noise. */
  readonly noiseBy: Party;
  /**
   * Parties that keep a device to its separation and its number of participations. Without any, there is no
   * ε.
   */
  readonly enforcedBy: readonly Party[];
  /** Uses of the same devices' data that ε does not include; tuning by default. */
  readonly notCounted?: readonly string[];
  /**
   * Sentence that says why ε does not hold although mechanism and clip would allow one, such as that a seed
   * leaked.
   */
  readonly broken?: string | undefined;
}

/** Numbers of a mechanism, if it has them. */
export interface Numbers {
  /** z: standard deviation of the independent noise / clip. */
  readonly noiseMultiplier?: number | undefined;
  /** n: rounds. */
  readonly rounds?: number | undefined;
  /** b: minimum rounds from one participation of a device to its next; 1 is every round. */
  readonly separation?: number | undefined;
  /** k: maximum participations of a device. */
  readonly participations?: number | undefined;
  /** q: probability with which the coordinator draws a device for a round, if it really draws. */
  readonly probability?: number | undefined;
  /** Devices whose noise is surely in the sum, if devices add it. */
  readonly quorum?: number | undefined;
}

interface Terms extends Numbers, Required<Omit<Circumstances, 'broken'>> {
  readonly delta: number;
  /** Unit whose contributions are hidden. */
  readonly unit: 'device';
  /** Adjacent inputs: what one device contributed, and zeros in its place in the same rounds. */
  readonly adjacency: 'zero-out';
  readonly mechanism: Mechanism;
}

/** ε with all its conditions. */
export interface Promised extends Terms, Pick<Account, 'accountant'> {
  readonly holds: true;
  readonly epsilon: number;
  /**
   * μ of the Gaussian mechanism that is as private: everywhere for the accountant `gaussian`, and at this δ
   * for others.
   */
  readonly mu: number;
  /**
   * Largest share of the participants that a test can find if it wrongly accuses one in ten of the others.
   */
  readonly truePositives: number;
}

/** Absence of an ε, and its reason. */
export interface NotPromised extends Terms {
  readonly holds: false;
  /** Sentence. */
  readonly reason: string;
}

export type Statement = Promised | NotPromised;
