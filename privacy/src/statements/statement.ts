import type { Account } from '../accountants/account.ts';
import type { Mechanism } from '../mechanisms/mechanism.ts';

type Party = 'coordinator' | 'device';

/** What a mechanism can't know of the training that it is part of, and what a reader of its ε has to know. */
export interface Circumstances {
  /** The largest norm of what one device contributes to one release, in the unit of the sum; infinite where nothing is clipped. */
  readonly clip: number;
  /** What anybody outside gets to see, such as "every model version". */
  readonly released: string;
  /** Who adds the noise; until then the sum is known to whoever adds it. */
  readonly noiseBy: Party;
  /** Who keeps a device to its separation and its number of parts. If nobody does, there is no ε. */
  readonly enforcedBy: readonly Party[];
  /** What was done with the same devices' data and has no part in ε; tuning by default. */
  readonly notCounted?: readonly string[];
  /** Why ε does not hold although mechanism and clip would allow one, as a sentence, such as that a seed leaked. */
  readonly broken?: string | undefined;
}

/** The numbers of a mechanism, where it has them. */
export interface Numbers {
  /** z: standard deviation of the independent noise / clip. */
  readonly noiseMultiplier?: number | undefined;
  /** n: rounds. */
  readonly rounds?: number | undefined;
  /** b: rounds from one part of a device to its next, at least; 1 is every round. */
  readonly separation?: number | undefined;
  /** k: parts of a device, at most. */
  readonly participations?: number | undefined;
  /** q: how likely the coordinator draws a device for a part, where it really draws. */
  readonly probability?: number | undefined;
  /** Devices whose noise is in the sum for certain, where devices add it. */
  readonly quorum?: number | undefined;
}

interface Terms extends Numbers, Required<Omit<Circumstances, 'broken'>> {
  readonly delta: number;
  /** Whose contributions are hidden. */
  readonly unit: 'device';
  /** What can't be told apart: what one device contributed, and zeros in its place in the same rounds. */
  readonly adjacency: 'zero-out';
  readonly mechanism: Mechanism;
}

/** An ε with all that it stands on. */
export interface Promised extends Terms, Pick<Account, 'accountant'> {
  readonly holds: true;
  readonly epsilon: number;
  /** μ of the Gaussian mechanism that is as private: everywhere for the accountant `gaussian`, and at this δ for others. */
  readonly mu: number;
  /** The largest share of those who took part that a test can find which accuses one in ten of the others wrongly. */
  readonly truePositives: number;
}

/** No ε, and why. */
export interface NotPromised extends Terms {
  readonly holds: false;
  /** A sentence. */
  readonly reason: string;
}

export type Statement = Promised | NotPromised;
