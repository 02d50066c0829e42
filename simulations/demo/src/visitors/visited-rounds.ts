import { inGraph } from '@murmuration/rounds/round/phases/keys';
import { cohortSizeOf, type Task } from '@murmuration/rounds/task/task';

/** Milliseconds that a round waits for a visitor who is about to come. */
const gathering = 3_000;
/** Milliseconds that it waits for devices that have gone, such as a closed tab. */
const departureGraceMs = 2_000;

/** Seconds from one round to the next on two processors. */
export const secondsPerRound = 10;

/**
 * Task while a visitor is at the keyboard's page. Every drawn device is in the sum of its round, so visitors
 * come in addition to the requested phones, and a slower browser is not left out as a surplus. It draws as
 * many devices as before, so its updates have the same width.
 */
export function visitedRounds(task: Task): Task {
  const size = cohortSizeOf(task);
  const goal = Math.max(task.cohort.goal, Math.ceil(size / inGraph));
  return {
    ...task,
    cohort: { ...task.cohort, goal, overSelection: size / goal },
    deadlines: {
      ...task.deadlines,
      gathering: Math.min(task.deadlines.gathering, gathering),
      grace: Math.min(task.deadlines.grace, departureGraceMs),
    },
  };
}
