import { MurmurationError } from '@murmuration/protocol/errors';
import type { MaskingSettings, Plan } from '@murmuration/protocol/messages/plan';
import { dayOf } from '@murmuration/protocol/secagg/certificate';
import { fewestContributors } from '@murmuration/protocol/secagg/parameters';
import type { Demands } from '@murmuration/protocol/secagg/roster';

/** What the app insists on, since the plan comes from the party that masking protects against: no plan lowers it. */
export interface Floors {
  /** The weakest threat model under which the device takes part; without one, plans need not mask at all. */
  readonly masking?: MaskingSettings['threat'];
  /** The smallest fraction of corrupt devices that must be withstood. */
  readonly corrupt?: number;
  /** The fewest devices among which this one hides. */
  readonly smallestCohort?: number;
  /** The Ed25519 key (32 bytes) of the authority that must have certified each neighbour, for `population`. */
  readonly enrolmentKey?: Uint8Array;
  /** The name of the population for which that authority certifies this app's devices; goes with `enrolmentKey`. */
  readonly population?: string;
}

const strength = { 'honest-but-curious': 0, 'semi-malicious': 1, malicious: 2 } as const;

/** Throws `plan.below-floor` for a plan without masking where the app asks for it. */
export function requireMasking({ masking }: Plan, floors: Floors): void {
  if (!masking && floors.masking)
    throw new MurmurationError(
      'plan.below-floor',
      `The plan does not mask; the app asks for masking against a ${floors.masking} coordinator.`,
    );
}

/** Throws `plan.below-floor` for a plan that shares layers which the app keeps on the device. */
export function requirePrivateLayers({ privateLayers = [] }: Plan, kept: readonly string[]): void {
  const shared = kept.filter(layer => !privateLayers.includes(layer));
  if (shared.length > 0)
    throw new MurmurationError(
      'plan.below-floor',
      `The plan shares the layers ${shared.map(layer => `"${layer}"`).join(', ')}, which the app keeps on the device.`,
    );
}

/** What the device asks of the graph: the stronger of plan and floors in each respect, at a time in ms since 1970. */
export function demandsOf(masking: MaskingSettings, floors: Floors, now: number): Demands {
  const { enrolmentKey, population = '' } = floors;
  const threats = [masking.threat, floors.masking ?? masking.threat];
  return {
    assumptions: {
      threat: threats.reduce((strongest, threat) =>
        strength[threat] > strength[strongest] ? threat : strongest,
      ),
      corrupt: Math.max(masking.corrupt, floors.corrupt ?? 0),
      dropping: masking.dropping,
    },
    smallestCohort: Math.max(fewestContributors, floors.smallestCohort ?? 0),
    smallestSum: fewestContributors,
    authority: enrolmentKey && { key: enrolmentKey, population },
    today: dayOf(now),
  };
}
