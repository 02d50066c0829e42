import type { UpdateSettings } from '@murmuration/protocol/messages/plan';
import { smallestSumByDefault } from '@murmuration/protocol/secagg/assumptions';
import { fewestInAnySum, findParameters, mostInCompleteGraph } from '@murmuration/protocol/secagg/parameters';
import { mostRatio, weightRatio } from '@murmuration/protocol/weights/weight-range';
import { cohortSizeOf, largestSumOf, type Task } from './task.ts';

/** Settings of a task that bound the weights of its updates. */
type Weighing = Omit<Task, 'leastSum'>;

/**
 * Returns the task with the smallest weight and smallest sum for its plans, if devices may weigh differently
 * (SPEC.md, RD26): the smallest weight that default floors accept, for the most versions of a buffer.
 */
export function withLeastWeight(task: Weighing): Task {
  const { masking, update, strategy, buffer } = task;
  const isFair = strategy.consumes === 'sum' && strategy.fairness !== undefined;
  if (!masking) return isFair ? weighing(task, 1) : task;
  if (update.weighting === 'uniform' && !isFair) return task;
  const leastSum = leastSumOf(task, masking);
  const most = mostRatio(
    { masking, largestCohort: largestSumOf(task) },
    Math.max(leastSum, smallestSumByDefault),
  );
  const { weightCap } = update;
  const ratioOf = (leastWeight: number) =>
    weightRatio(weightCap, leastWeight, (buffer?.maxStaleness ?? 0) + 1);
  let leastWeight = Math.min(weightCap, Math.max(1, Math.floor(ratioOf(1) / most)));
  while (leastWeight < weightCap && ratioOf(leastWeight) > most) leastWeight++;
  return { ...weighing(task, leastWeight), leastSum };
}

const weighing = (task: Weighing, leastWeight: number): Weighing => ({
  ...task,
  update: { ...task.update, leastWeight },
});

/** Returns the update settings as a definition has them. */
export function definedUpdate({ leastWeight: _, ...update }: UpdateSettings): UpdateSettings {
  return update;
}

/** Most graph sizes that are checked. */
const mostLookedAt = 128;

/**
 * Fewest updates in a sum that is opened, of a group or part if there are any. It is at most what a
 * malicious coordinator could open on the sparse graphs of the cohorts; devices would leave otherwise.
 */
function leastSumOf(task: Weighing, masking: NonNullable<Task['masking']>): number {
  const { cohort, groups, spread } = task;
  const least = groups?.smallest ?? spread?.smallest ?? cohort.minimum;
  if (masking.graph === 'complete') return least;
  const largest = groups ? largestSumOf(task) : cohortSizeOf(task);
  const smallest = Math.max(least, mostInCompleteGraph[masking.threat] + 1);
  const step = Math.max(1, Math.ceil((largest - smallest) / mostLookedAt));
  let fewest = least;
  for (let devices = smallest; devices <= largest; devices += step) {
    const found = fewestInAnySum(findParameters(devices, masking), masking);
    // Sizes between the steps may allow smaller sums.
    if (found !== undefined) fewest = Math.min(fewest, step > 1 ? Math.floor(found / 2) : found);
  }
  return fewest;
}
