import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { writePlan } from '@murmuration/protocol/messages/plan';
import type { Aggregate } from '../aggregation/aggregate.ts';
import type { Checkpoint, SavedRound } from '../round/store.ts';
import { addsAsTheyCome, type Task } from '../task/task.ts';

/**
 * Gives an aggregate, which is empty, what a round had gathered that is to go on with a task. Throws `config.invalid` where the task has become
 * another, `request.invalid` for the plan of another version of the protocol, and `storage.corrupt`.
 */
export function restore(aggregate: Aggregate, { terms, checkpoint }: SavedRound, task: Task): void {
  try {
    writePlan(terms.plan);
  } catch (cause) {
    throw new MurmurationError(
      'request.invalid',
      'Another version of the coordinator began it, whose plans this one does not read.',
      { cause },
    );
  }
  if (
    (terms.kind === 'buffer') !== addsAsTheyCome(task) ||
    (terms.plan.bases === undefined) === (task.buffer !== null && task.masking !== null)
  )
    throw new MurmurationError(
      'config.invalid',
      `The task is ${task.buffer ? 'asynchronous' : 'synchronous'} now, ${task.masking ? 'with' : 'without'} masking.`,
    );
  if (checkpoint) restoreSum(aggregate, checkpoint);
}

/** Throws `storage.corrupt` where the checkpoint is not one of such a sum, or of another number of updates than it names. */
function restoreSum(aggregate: Aggregate, { sum, contributors }: Checkpoint): void {
  if (aggregate.consumes === 'each')
    throw new MurmurationError(
      'config.invalid',
      'It began under a strategy of sums, and the task has another now.',
    );
  aggregate.restore(sum);
  if (aggregate.contributors !== contributors.length)
    throw new MurmurationError(
      'storage.corrupt',
      `The checkpoint names ${contributors.length} contributors; its sum is one of ${aggregate.contributors}.`,
    );
}
