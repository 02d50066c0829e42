import type { ModelHash, RoundId, TaskName } from '@murmuration/protocol/ids/ids';
import type { Plan } from '@murmuration/protocol/messages/plan';
import type { CohortTerms } from '@murmuration/rounds/round/round';

/** The terms of a round of five devices. */
export function termsOf(change: Partial<Plan> = {}): CohortTerms {
  return {
    kind: 'cohort',
    id: 'R'.repeat(22) as RoundId,
    number: 1,
    plan: {
      task: 'values' as TaskName,
      version: 1,
      model: '0'.repeat(64) as ModelHash,
      training: {
        epochs: 1,
        batchSize: 1,
        learningRate: 0.1,
        proximal: 0,
        gradientClip: null,
        maxExamples: 10,
        seed: 0,
      },
      update: { kind: 'float32', clip: 100, bits: 8, weighting: 'examples', weightCap: 32 },
      masking: null,
      largestCohort: 5,
      grace: 200,
      ...change,
    },
    cohortSize: 5,
    goal: 5,
    minimum: 3,
    startedAt: 0,
    limits: {
      gathering: 1_000,
      keys: 1_000,
      shares: 1_000,
      updates: 1_000,
      agreement: 1_000,
      unmasking: 1_000,
    },
  };
}
