import { inGraph } from '@murmuration/rounds/round/phases/keys';
import { cohortSizeOf, type Task } from '@murmuration/rounds/task/task';

/** ms that a round waits for a visitor who is about to come. */
const gathering = 3_000;
/** ms that it waits for those who have gone, such as a tab that was closed. */
const grace = 2_000;

/** How long rounds take on two processors, from one to the next, seconds. */
export const secondsPerRound = 10;

/**
 * The task while somebody is at the keyboard's page. Whom a round draws is in its sum, so that visitors come on top of the phones that it was
 * asked for, and a slower browser is not left over as a surplus. It draws as many devices as before, so its updates are as wide.
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
      grace: Math.min(task.deadlines.grace, grace),
    },
  };
}
