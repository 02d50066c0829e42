import type { PlanNoise } from '@murmuration/protocol/messages/plan';
import { longestAnswer } from '@murmuration/protocol/queries/longest-answer';
import type { Query } from '@murmuration/protocol/queries/query';
import { queryForm } from '@murmuration/protocol/queries/vector';
import type { Distributed } from './distributed.ts';
import { honestIn, type NoisyPlan } from './planned-noise.ts';

/**
 * Mechanism of one sum of answers to a query with a budget, without the variance of its noise; the clip is
 * the longest answer of the query's kind. Throws as `honestIn` does.
 */
export function answerShape(
  plan: Omit<NoisyPlan, 'update'>,
  query: Query,
  { kind, quorum }: Pick<PlanNoise, 'kind' | 'quorum'>,
): Omit<Distributed, 'perDevice'> {
  const { elements: values } = queryForm(query, plan.largestCohort);
  return { kind, quorum: honestIn(quorum, plan), clip: longestAnswer(query), values, whole: true };
}

/**
 * Mechanism of one sum under a plan with noise, equal for the device that adds it and for the coordinator.
 * Throws as `honestIn` does.
 */
export function answerNoise(plan: Omit<NoisyPlan, 'update'>, query: Query, noise: PlanNoise): Distributed {
  return { ...answerShape(plan, query, noise), perDevice: noise.variance };
}
