import { noisyAnswer } from '@murmuration/client-sdk/update/noisy-rounding';
import { accountOf } from '@murmuration/privacy/accountants/account';
import { answerNoise, answerShape } from '@murmuration/privacy/mechanisms/answer-noise';
import type { Distributed } from '@murmuration/privacy/mechanisms/distributed';
import { calibrate } from '@murmuration/privacy/statements/calibrate';
import type { Plan } from '@murmuration/protocol/messages/plan';
import type { QueryPrivacy } from '@murmuration/protocol/queries/query';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { empiricalEpsilon } from '@murmuration/studies/privacy-audit/empirical';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../seeded-random.ts';
import { assignmentOf } from '../../unit/client-sdk/memory-coordinator.ts';
import { askingPlan, noisedQuery } from './noisy-query.ts';
import { masking } from './victim.ts';

const terms = { masking, largestCohort: 20 };
const quorum = 10;
const runs = 3_000;

/** A plan for one count whose noise is `share` of what its ε takes. */
function planFor(privacy: Omit<QueryPrivacy, 'rounds'>, share = 1): Plan {
  const query = noisedQuery({ privacy: { ...privacy, rounds: 1 } });
  const shape = answerShape(terms, query, { kind: privacy.noise, quorum });
  const { perDevice } = calibrate(privacy, shape as Omit<Distributed, 'perDevice'>) as Distributed;
  const noise = { kind: privacy.noise, variance: perDevice * share, quorum, values: 1, width: 20 };
  const said = { budget: 'b', step: 0, separation: 1, participations: 1, ...privacy, noise };
  return assignmentOf(new VirtualClock(), 'r1', askingPlan(said, query, terms)).plan;
}

/**
 * What a coordinator sees that has opened the smallest sum, and works with as many of its devices as the plan allows for: those add nothing,
 * and what all others answered is known to it, but for one device, whose answer is 1 or has a zero in its place.
 */
function sums(plan: Plan, answer: 0 | 1, seed: number): Float64Array {
  const random = seededRandom(seed);
  const honest = answerNoise(plan, noisedQuery(), plan.privacy!.noise!).quorum;
  return Float64Array.from({ length: runs }, () => {
    let sum = 0;
    for (let device = 0; device < honest; device++)
      sum += noisyAnswer(Int32Array.of(device === 0 ? answer : 0), plan, random)[0]!;
    return sum;
  });
}

/** How far the best threshold on the sum is above what (ε, δ) allows, in standard errors. */
function excessOf(present: Float64Array, absent: Float64Array, epsilon: number, delta: number): number {
  const above = (all: Float64Array, at: number) => all.filter(sum => sum >= at).length / runs;
  let most = Number.NEGATIVE_INFINITY;
  for (let at = -8; at <= 9; at++)
    for (const [one, other] of [
      [above(present, at), above(absent, at)],
      [1 - above(absent, at), 1 - above(present, at)],
    ] as const) {
      const error = Math.sqrt((one * (1 - one) + Math.exp(2 * epsilon) * other * (1 - other) + 1e-3) / runs);
      most = Math.max(most, (one - Math.exp(epsilon) * other - delta) / error);
    }
  return most;
}

describe('an auditor who knows all answers to a query but one', () => {
  const privacy = { epsilon: 1, delta: 1e-2 };

  it.each(['skellam', 'discreteGaussian'] as const)(
    'QY10: tells that one from the sum no better than ε allows, with %s noise',
    kind => {
      const plan = planFor({ ...privacy, noise: kind });
      const [present, absent] = [sums(plan, 1, 1), sums(plan, 0, 2)];
      expect(excessOf(present, absent, privacy.epsilon, privacy.delta)).toBeLessThan(3);
      const found = empiricalEpsilon({ present, absent }, privacy.delta, 3);
      expect(found.epsilon).toBeLessThan(privacy.epsilon);
      // The account is not too large by far either.
      expect(found.upper).toBeGreaterThan(privacy.epsilon / 3);
      // Planted: the noise of a twentieth.
      const quiet = planFor({ ...privacy, noise: kind }, 0.05);
      const [said, unsaid] = [sums(quiet, 1, 4), sums(quiet, 0, 5)];
      expect(excessOf(said, unsaid, privacy.epsilon, privacy.delta)).toBeGreaterThan(5);
      expect(empiricalEpsilon({ present: said, absent: unsaid }, privacy.delta, 3).lower).toBeGreaterThan(
        privacy.epsilon,
      );
    },
  );

  it('QY10: gains over many sums no more than their budget has', () => {
    const query = noisedQuery({ privacy: { epsilon: 2, delta: 1e-2, rounds: 8 } });
    const shape = answerShape(terms, query, { kind: 'skellam', quorum });
    const { of } = calibrate({ epsilon: 2, delta: 1e-2 }, { kind: 'repeated', times: 8, of: shape } as const);
    const noise = {
      kind: 'skellam',
      variance: (of as Distributed).perDevice,
      quorum,
      values: 1,
      width: 20,
    } as const;
    const said = { budget: 'b', step: 0, separation: 1, participations: 8, epsilon: 2, delta: 1e-2, noise };
    const { plan } = assignmentOf(new VirtualClock(), 'r1', askingPlan(said, query, terms));
    // The best that there is to do with eight sums of one device: add them up.
    const total = (answer: 0 | 1, seed: number) => {
      const all = Array.from({ length: 8 }, (_, i) => sums(plan, answer, seed + i));
      return all[0]!.map((_, run) => all.reduce((sum, each) => sum + each[run]!, 0));
    };
    const found = empiricalEpsilon({ present: total(1, 10), absent: total(0, 30) }, 1e-2, 3);
    expect(found.epsilon).toBeLessThan(2);
    expect(found.upper).toBeGreaterThan(0.8);
    expect(accountOf({ kind: 'repeated', times: 8, of }).epsilonAt(1e-2)).toBeLessThanOrEqual(2);
  });
});
