import type { Distributed } from '@murmuration/privacy/mechanisms/distributed';
import { noiseShape } from '@murmuration/privacy/mechanisms/planned-noise';
import { calibrate } from '@murmuration/privacy/statements/calibrate';
import type { Plan, PlanNoise, PlanPrivacy } from '@murmuration/protocol/messages/plan';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { assignmentOf, layout } from '../../unit/client-sdk/memory-coordinator.ts';
import { masking } from './victim.ts';

export const update = { kind: 'ring', clip: 1, bits: 8, weighting: 'uniform', weightCap: 1 } as const;
/** Of a plan whose devices add noise. */
export const terms = { update, masking, largestCohort: 60 };
/** Room for as many parts. */
const budget = { epsilon: 4, delta: 1e-6, participations: 3 };
const quorum = 40;

/** An honest plan, whose noise gives the ε that it says. */
export function fairPrivacy(): PlanPrivacy & { readonly noise: PlanNoise } {
  const values = layout.count;
  const shape = noiseShape(terms, { kind: 'skellam', quorum, values });
  const { of } = calibrate(budget, { kind: 'repeated', times: budget.participations, of: shape });
  const { perDevice: variance } = of as Distributed;
  const noise: PlanNoise = { kind: 'skellam', variance, quorum, values, width: 20 };
  return { budget: 'b1', step: 0, separation: 2, ...budget, noise };
}

/** A plan with a privacy budget. */
export const planOf = (privacy: PlanPrivacy, change: Partial<Plan> = {}): Plan =>
  assignmentOf(new VirtualClock(), 'r1', { ...terms, privacy, ...change }).plan;
