import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { Evaluator } from '@murmuration/rounds/evaluation/evaluator';
import { defineTask, type TaskDefinition } from '@murmuration/rounds/task/define-task';
import type { Task } from '@murmuration/rounds/task/task';
import type { Scenario } from '../scenario/define-scenario.ts';
import type { FederatedData } from '../scenario/federated-data.ts';
import { firstModel } from '../scenario/first-model.ts';
import type { CommonSettings } from '../scenario/settings.ts';
import { strategyOf } from '../scenario/strategy.ts';

/**
 * Makes the coordinator's task of a scenario.
 * @throws `config.invalid`, `config.ring` and `secagg.parameters` as `defineTask`
 */
export function taskOf(
  scenario: Scenario,
  settings: CommonSettings,
  data: FederatedData<unknown>,
  evaluation: Evaluator,
): Task {
  const { plan, update, masking, cohort, deadlines, schedule, seed } = settings;
  const { enabled, ...masks } = masking;
  const { compression } = update;
  const task = defineTask({
    name: scenario.name,
    model: () => firstModel(scenario, settings, data),
    plan,
    update: {
      ...update,
      compression: compression && { kind: compression.kind, fraction: compression.fraction },
    },
    masking: enabled ? masks : 'off',
    privacy: privacyOf(settings),
    cohort: cohortOf(cohort, enabled),
    uploadSlot: 0,
    schedule,
    strategy: strategyOf(settings.strategy, enabled && masks.groups > 1),
    evaluation,
  } as TaskDefinition);
  // Deadlines of each phase, a seed, and feedback of masks drawn at random are for simulations only.
  return {
    ...task,
    update: { ...task.update, ...feedbackOf(task.update, compression?.feedback) },
    training: { ...task.training, seed },
    deadlines: { ...task.deadlines, ...deadlines },
  };
}

function feedbackOf({ compression }: Task['update'], feedback: boolean | undefined): Partial<Task['update']> {
  return compression && feedback !== undefined ? { compression: { ...compression, feedback } } : {};
}

/** Default share of the goal without whose updates a round fails. */
const usualMinimum = 0.6;

function cohortOf(
  { mode, goal, ...cohort }: CommonSettings['cohort'],
  isMasked: boolean,
): TaskDefinition['cohort'] {
  const { minimum, overSelection, concurrency, maxStaleness } = cohort;
  const together = { goal, minimum: minimum ?? Math.ceil(usualMinimum * goal), overSelection };
  if (mode === 'synchronous') return together;
  const buffer = { mode, concurrency, maxStaleness };
  return isMasked ? { ...together, ...buffer } : { ...buffer, goal };
}

/** Throws `config.invalid` for a budget that would end before the run. */
function privacyOf({ privacy, stop, cohort }: CommonSettings): TaskDefinition['privacy'] {
  const { epsilon, rounds, ...rest } = privacy;
  if (epsilon === null) return null;
  if (rounds !== null && rounds < stop.rounds)
    throw new MurmurationError(
      'config.invalid',
      `privacy.rounds (${rounds}) are fewer than stop.rounds (${stop.rounds}): the budget would be spent before the run ends.`,
    );
  if (rest.separation > 1 && cohort.selection !== 'steered')
    throw new MurmurationError(
      'config.invalid',
      'privacy.separation above 1 takes cohort.selection=steered: devices that are drawn uniformly may have taken part in the round before.',
    );
  return { ...rest, epsilon, rounds: rounds ?? stop.rounds };
}
