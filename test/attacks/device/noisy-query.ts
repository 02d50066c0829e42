import { answerShape } from '@murmuration/privacy/mechanisms/answer-noise';
import type { Distributed } from '@murmuration/privacy/mechanisms/distributed';
import { calibrate } from '@murmuration/privacy/statements/calibrate';
import type { Plan, PlanPrivacy } from '@murmuration/protocol/messages/plan';
import { defineQuery, type QueryDefinition } from '@murmuration/protocol/queries/define-query';
import type { Query } from '@murmuration/protocol/queries/query';
import { writeQuery } from '@murmuration/protocol/queries/query-bytes';
import { fair, masking } from './victim.ts';

export const ofQuery = { epsilon: 2, delta: 1e-6, rounds: 3 };
const quorum = 40;
const terms = { masking, largestCohort: 60 };

export const noisedQuery = (definition: object = {}): Query =>
  defineQuery({ name: 'taken', kind: 'count', privacy: ofQuery, ...definition } as QueryDefinition);

/** An honest plan of a query, whose noise gives the ε that it says. */
export function noisedPrivacy(query = noisedQuery()) {
  const { epsilon, delta, rounds, noise: kind } = query.privacy!;
  const shape = answerShape(terms, query, { kind, quorum });
  const { of } = calibrate({ epsilon, delta }, { kind: 'repeated', times: rounds, of: shape } as const);
  const { perDevice: variance, values } = of as Distributed;
  return {
    budget: `b-${query.name}`,
    step: 0,
    separation: 1,
    participations: rounds,
    epsilon,
    delta,
    noise: { kind, variance, quorum, values, width: 20 },
  };
}

/** The plan of a query, with what it says of noise. */
export const askingPlan = (
  privacy: PlanPrivacy | undefined = noisedPrivacy(),
  query = noisedQuery(),
  change: Partial<Plan> = {},
): Partial<Plan> => ({ ...fair, ...terms, query: writeQuery(query), ...(privacy && { privacy }), ...change });
