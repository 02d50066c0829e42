import { inGraph } from '@murmuration/coordinator/round/phases/keys';
import { cohortSizeOf, type Task } from '@murmuration/coordinator/task/task';

/** Updates that a round with visitors waits for, where the task's own cohort isn't smaller. */
const goal = 8;
/** Devices that a task may choose for each update that it wants. */
const mostOverSelection = 10;
/** ms that a round waits for a visitor who is about to come. */
const gathering = 3_000;
/** ms that it waits for those who have gone, such as a tab that was closed. */
const grace = 2_000;
/** Share of the cohort without whose updates a round fails: three of eight may go. */
const quorum = 0.625;

/** How long rounds with visitors take on two processors, from one to the next, seconds. */
export const secondsPerRound = 10;

/**
 * The task while somebody is at the keyboard's page: rounds of few phones and the visitors, which are over in seconds and begin soon. Its
 * updates are as wide as before, since it may choose as many devices as before.
 */
export function smallRounds(task: Task): Task {
  const size = cohortSizeOf(task);
  const wanted = Math.min(task.cohort.goal, Math.max(goal, Math.ceil(size / mostOverSelection)));
  return {
    ...task,
    cohort: { goal: wanted, minimum: Math.ceil(wanted * quorum), overSelection: size / wanted },
    deadlines: {
      ...task.deadlines,
      gathering: Math.min(task.deadlines.gathering, gathering),
      grace: Math.min(task.deadlines.grace, grace),
    },
  };
}

/** So few phones that a round never chooses among them and a visitor, nor sheds one of them: it begins once it has waited for others. */
export function besideVisitors(devices: number, task: Task): number {
  return Math.min(devices, Math.ceil(inGraph * task.cohort.goal) - 1, cohortSizeOf(task) - 1);
}
