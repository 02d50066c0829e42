import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { writePlan } from '@murmuration/protocol/messages/plan';
import type { Aggregate } from '../aggregation/aggregate.ts';
import type { Checkpoint, SavedRound } from '../round/store.ts';
import { addsAsTheyCome, type Task } from '../task/task.ts';

/**
 * Restores what a round had gathered into an empty aggregate. Throws `config.invalid` if the task has changed
 * too much, `request.invalid` for the plan of another protocol version, and `storage.corrupt`.
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

/**
 * Throws `storage.corrupt` if the checkpoint is not one of such a sum, or has another number of updates than
 * it names.
 */
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
