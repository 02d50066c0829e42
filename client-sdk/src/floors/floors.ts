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

/** Share of devices whose updates a plan may expect to lose; each from 0 to 1 (excluded). */
export interface DroppingFloor {
  /** Least share that a plan may state. @default 0.05 */
  readonly least?: number;
  /** Most share that a plan may state. @default 0.40 */
  readonly most?: number;
  /**
   * Least share for checking a graph against an honest-but-curious coordinator, whatever the plan states.
   * @default 0.10
   */
  readonly checked?: number;
}

/**
 * Limits on how often the device sends an update for a task: whole numbers from
 * 1 to `mostRecorded`, or `Infinity`.
 */
export interface ContributionFloor {
  /** Most updates within 24 hours by the device's clock. @default 4 */
  readonly day?: number;
  /** Most updates for one model version. @default 2 */
  readonly model?: number;
}

/** Differential privacy that the app requires of plans. */
export interface PrivacyFloor {
  /** Largest ε that a plan may state; above 0, up to 1,000,000. */
  readonly epsilon: number;
  /** Largest δ that it may state; above 0, up to 1. */
  readonly delta: number;
  /**
   * Party that adds the noise. `devices`: this one adds its share, computes ε itself, and leaves before its
   * total loss for a task exceeds it. `coordinator`: the coordinator states that it adds noise, which no
   * device can check.
   * @default 'devices'
   */
  readonly noiseBy?: 'devices' | 'coordinator';
}

/**
 * Limits of the app on plans, since plan and model come from the party that masking protects
 * against: no plan can lower them. A missing one has its default, independent of the others, and
 * each applies in every round, masked or not.
 */
export interface Floors {
  /**
   * Weakest threat model under which the device takes part; `off`: plans need not mask.
   * @default 'malicious'
   */
  readonly masking?: MaskingSettings['threat'] | 'off';
  /**
   * Ed25519 key (32 bytes) of the authority that must certify each
   * neighbour; without one, cohorts can be faked.
   */
  readonly enrolmentKey?: Uint8Array | undefined;
  /** Population for which that authority certifies this app's devices; required with `enrolmentKey`. */
  readonly population?: string | undefined;
  /** Smallest fraction of corrupt devices that must be withstood, from 0 to 1 (excluded). @default 0.05 */
  readonly corrupt?: number;
  readonly dropping?: DroppingFloor;
  /** Fewest devices in a cohort. @default 20 */
  readonly smallestCohort?: number;
  /**
   * Fewest updates in the sum that this device helps to open; below 3 only with `masking: 'off'`.
   * @default 16
   */
  readonly smallestSum?: number;
  /**
   * Largest cosine, above 0 to 1, between one update and a sum of equally long orthogonal updates, under any
   * weights that a masked plan allows; 1: any (SPEC.md, RD26).
   * @default 0.5
   */
  readonly mostShare?: number;
  /** Fewest own examples with which the device takes part, and that a plan may limit it to. @default 32 */
  readonly leastExamples?: number;
  /** Most passes over the examples in a round, 1 to 100. @default 5 */
  readonly mostPasses?: TrainingSettings['epochs'];
  /** Largest step of gradient descent. @default 10 */
  readonly learningRate?: TrainingSettings['learningRate'];
  /**
   * Most model versions from which the updates of one sum start, 1 to 64. With more than 1, as in masked
   * buffers of asynchronous tasks, a coordinator that fakes versions can arrange that only one device learns
   * anything.
   * @default 1
   */
  readonly mostVersions?: number;
  /** Largest L2 norm of an update that a plan may allow. @default 20 */
  readonly clip?: UpdateSettings['clip'];
  /** Largest L2 norm of a control variate's change that a plan may allow. @default 100 */
  readonly controlClip?: PlanControl['clip'];
  /** Smallest share of an update's values that a plan may have sent, above 0 to 1. @default 0.01 */
  readonly leastFraction?: Compression['fraction'];
  /** Most bits of a value of an update, 2 to 24. Updates of kind `float32` count as 24. @default 16 */
  readonly bits?: UpdateSettings['bits'];
  /**
   * True if a secret of the device determines the choice of examples, their order and dropout, so that no
   * plan does; false: the plan's seed does, so that a run can be repeated.
   * @default true
   */
  readonly ownDraw?: boolean;
  /**
   * `pinned`: only models of the first one's shape (see `growable` of a task). `any`: models of any shape.
   * @default 'pinned'
   */
  readonly topology?: 'pinned' | 'any';
  readonly contributions?: ContributionFloor;
  /**
   * Privacy that training plans must promise. `pinned`: nothing until the device has taken part in a round
   * with a privacy budget; then what that plan promised for the task. `any`: nothing.
   * @default 'pinned'
   */
  readonly privacy?: PrivacyFloor | 'pinned' | 'any';
  /** Least ms between two times to send updates at, up to an hour. @default 30_000 */
  readonly uploadSlot?: number;
  /** Fewest devices whose answers to a query may be released, at least 3. @default 10 */
  readonly queryThreshold?: number;
  /** Least ms between two answers of the device to a query, up to a year. @default 86_400_000 */
  readonly queryPeriod?: number;
}

/**
 * Names of a `BelowFloor`: a floor, where `privacy` includes the conditions for ε, the layers that an app
 * keeps on the device, the queries that it answers, or the rules for masked buffers.
 */
export type FloorName = keyof Floors | 'privateLayers' | 'queries' | 'buffers';

/** All floors, with defaults filled in. */
export interface HeldFloors extends Required<Omit<Floors, 'enrolmentKey' | 'population'>> {
  readonly enrolmentKey: Uint8Array | undefined;
  readonly population: string | undefined;
  readonly dropping: Required<DroppingFloor>;
  readonly contributions: Required<ContributionFloor>;
}

/** Floors without options of the app. */
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

/** Threat models, the weakest first. */
export const threats = ['honest-but-curious', 'semi-malicious', 'malicious'] as const;

/** Most contributions that a device records: the newest. */
export const mostRecorded = 1_024;

/** Returns the floors of the app, with defaults for all others. */
export function heldFloors({ dropping, contributions, ...floors }: Floors = {}): HeldFloors {
  return {
    ...defaultFloors,
    ...given(floors),
    dropping: { ...defaultFloors.dropping, ...given(dropping) },
    contributions: { ...defaultFloors.contributions, ...given(contributions) },
  };
}

/** Removes undefined options, which plain JavaScript allows. */
function given<Options extends object>(options: Options | undefined): Options {
  return Object.fromEntries(
    Object.entries(options ?? {}).filter(([, value]) => value !== undefined),
  ) as Options;
}
