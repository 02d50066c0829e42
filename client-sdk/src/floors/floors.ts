import type {
  Compression,
  MaskingSettings,
  PlanControl,
  TrainingSettings,
  UpdateSettings,
} from '@murmuration/protocol/messages/plan';
import {
  controlClipByDefault,
  leastDropping,
  smallestSumByDefault,
} from '@murmuration/protocol/secagg/assumptions';
import { mostShareByDefault } from '@murmuration/protocol/weights/weight-range';

/** The share of devices whose updates a plan may expect to lose; each from 0 to 1 (excluded). */
export interface DroppingFloor {
  /** The least that a plan may say; 0.05 by default. */
  readonly least?: number;
  /** The most; 0.40 by default. */
  readonly most?: number;
  /** The least with which a graph against an honest-but-curious coordinator is checked, whatever its plan says; 0.10 by default. */
  readonly checked?: number;
}

/** How often the device sends an update for a task: whole numbers from 1 to `mostRecorded`, or `Infinity`. */
export interface ContributionFloor {
  /** Within 24 hours by the device's clock; 4 by default. */
  readonly day?: number;
  /** For one model version; 2 by default. */
  readonly model?: number;
}

/** What the app asks a plan to promise of the device's privacy. */
export interface PrivacyFloor {
  /** The largest ε that a plan may state; above 0, up to 1,000,000. */
  readonly epsilon: number;
  /** The largest δ that it may state; above 0, up to 1. */
  readonly delta: number;
  /**
   * Who adds the noise. `devices`, the default: this one adds its share, computes ε itself, and leaves before all that it has lost for a task
   * comes to more. `coordinator`: its word is enough that noise is added, which no device can check.
   */
  readonly noiseBy?: 'devices' | 'coordinator';
}

/**
 * What the app insists on, since plan and model come from the party that masking protects against: no plan lowers it. What is left out is
 * its default, never a guess from another one, and each holds in every round, masked or not.
 */
export interface Floors {
  /** The weakest threat model under which the device takes part; `off`: plans need not mask. `malicious` by default. */
  readonly masking?: MaskingSettings['threat'] | 'off';
  /** The Ed25519 key (32 bytes) of the authority that must have certified each neighbour; without one, cohorts can be made up. */
  readonly enrolmentKey?: Uint8Array | undefined;
  /** The name of the population for which that authority certifies this app's devices; goes with `enrolmentKey`. */
  readonly population?: string | undefined;
  /** The smallest fraction of corrupt devices that must be withstood, from 0 to 1 (excluded); 0.05 by default. */
  readonly corrupt?: number;
  readonly dropping?: DroppingFloor;
  /** The fewest devices in a cohort; 20 by default. */
  readonly smallestCohort?: number;
  /** The fewest updates in the sum that this device helps to open; 16 by default, never below 3 but with `masking: 'off'`. */
  readonly smallestSum?: number;
  /**
   * The largest cosine that one of updates equally long and at right angles may have with a sum, whatever weights a masked plan allows, above 0 to 1;
   * ½ by default, 1: any (SPEC.md, RD26).
   */
  readonly mostShare?: number;
  /** The fewest examples of its own with which the device takes part, and that a plan may let it use; 32 by default. */
  readonly leastExamples?: number;
  /** The most passes over the examples in a round, 1 to 100; 5 by default. */
  readonly mostPasses?: TrainingSettings['epochs'];
  /** The largest step of gradient descent; 10 by default. */
  readonly learningRate?: TrainingSettings['learningRate'];
  /**
   * The most model versions from which the updates of one sum start, 1 to 64; 1 by default: all from the same one. Where there are more, as in
   * masked buffers of asynchronous tasks, a coordinator that makes versions up may see to it that but one device learns anything.
   */
  readonly mostVersions?: number;
  /** The longest L2 norm of an update that a plan may allow; 20 by default. */
  readonly clip?: UpdateSettings['clip'];
  /** The longest L2 norm of the change of a control variate that a plan may allow; 100 by default. */
  readonly controlClip?: PlanControl['clip'];
  /** The smallest share of the values of an update that a plan may have sent instead of all, above 0 to 1; 0.01 by default. */
  readonly leastFraction?: Compression['fraction'];
  /** The most bits of a value of an update, 2 to 24; 16 by default. Updates of kind `float32` count as 24. */
  readonly bits?: UpdateSettings['bits'];
  /**
   * Whether which examples are drawn, their order and dropout follow from a secret of the device, so that no plan chooses them. True by
   * default; false: from the plan's seed, so that a run can be repeated.
   */
  readonly ownDraw?: boolean;
  /** `pinned`, the default: models of the shape of the first one alone (see `growable` of a task). `any`: of any shape. */
  readonly topology?: 'pinned' | 'any';
  readonly contributions?: ContributionFloor;
  /**
   * What plans that train have to promise of privacy. `pinned`, the default: nothing, until the device has had a part in a round with a
   * privacy budget; from then on what that plan promised for the task. `any`: nothing.
   */
  readonly privacy?: PrivacyFloor | 'pinned' | 'any';
  /** The least ms from one time to send updates at to the next, up to an hour; 30,000 by default. */
  readonly uploadSlot?: number;
  /** The fewest devices whose answers to a query may be shown; 10 by default, never below 3. */
  readonly queryThreshold?: number;
  /** The least ms from one answer of the device to a query to its next, up to a year; a day by default. */
  readonly queryPeriod?: number;
}

/** What a plan may be below: a floor, which for `privacy` is also what ε depends on, the layers that an app keeps on the device, the queries that it answers, or what a masked buffer may add up. */
export type FloorName = keyof Floors | 'privateLayers' | 'queries' | 'buffers';

/** All floors, as they hold. */
export interface HeldFloors extends Required<Omit<Floors, 'enrolmentKey' | 'population'>> {
  readonly enrolmentKey: Uint8Array | undefined;
  readonly population: string | undefined;
  readonly dropping: Required<DroppingFloor>;
  readonly contributions: Required<ContributionFloor>;
}

/** What holds where the app says nothing. */
export const defaultFloors: HeldFloors = {
  masking: 'malicious',
  enrolmentKey: undefined,
  population: undefined,
  corrupt: 0.05,
  dropping: { least: 0.05, most: 0.4, checked: leastDropping },
  smallestCohort: 20,
  smallestSum: smallestSumByDefault,
  mostShare: mostShareByDefault,
  leastExamples: 32,
  mostPasses: 5,
  learningRate: 10,
  mostVersions: 1,
  clip: 20,
  controlClip: controlClipByDefault,
  leastFraction: 0.01,
  bits: 16,
  ownDraw: true,
  topology: 'pinned',
  contributions: { day: 4, model: 2 },
  privacy: 'pinned',
  uploadSlot: 30_000,
  queryThreshold: 10,
  queryPeriod: 86_400_000,
};

/** From the weakest. */
export const threats = ['honest-but-curious', 'semi-malicious', 'malicious'] as const;

/** Contributions that a device remembers, the newest. */
export const mostRecorded = 1_024;

/** The floors that hold: those of the app, and for all others the defaults. */
export function heldFloors({ dropping, contributions, ...floors }: Floors = {}): HeldFloors {
  return {
    ...defaultFloors,
    ...given(floors),
    dropping: { ...defaultFloors.dropping, ...given(dropping) },
    contributions: { ...defaultFloors.contributions, ...given(contributions) },
  };
}

/** In plain JavaScript an option may be there and say nothing. */
function given<Options extends object>(options: Options | undefined): Options {
  return Object.fromEntries(
    Object.entries(options ?? {}).filter(([, value]) => value !== undefined),
  ) as Options;
}
