import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { plainWords } from '@murmuration/protocol/errors/expected';
import * as z from 'zod';
import { describeIssues, wrongTask } from '../configuration/config-error.ts';
import { defineTask, type TaskDefinition } from '../task/define-task.ts';
import type { Task } from '../task/task.ts';

/** Schema of the growth of a vocabulary by words that devices find. */
const growthSchema = z.strictObject({
  /** Name of a query of the task, of the kind `heavy-hitters`, which finds new words. */
  query: z.string(),
  /** Most words that are added to those of the definition. */
  most: z.int().min(1).max(65_536),
  /** Most words that are added at once; the words that most devices have come first. */
  atOnce: z.int().min(1).max(65_536).default(100),
});

export type GrowthDefinition = z.input<typeof growthSchema>;

/**
 * Defines a task whose vocabulary grows by words that its devices find (SPEC VG11). `define` returns its
 * definition, without `vocabulary`, for any list that begins with `words`. Added words take effect at the
 * next start of a coordinator. Throws `config.invalid` if the definition has no such query, and as
 * `defineTask`.
 */
export function growingTask(
  words: readonly string[],
  growth: GrowthDefinition,
  define: (words: readonly string[]) => Omit<TaskDefinition, 'vocabulary'>,
): Task {
  if ('byItself' in growth)
    throw wrongTask(
      'growth: byItself is gone, since nobody looks at words that are added by themselves. Take it out, and add words by murmuration vocabulary grow, or on the page of the query',
    );
  const parsed = growthSchema.safeParse(growth, { error: plainWords });
  if (!parsed.success)
    throw new MurmurationError('config.invalid', describeIssues('The task: growth', parsed.error, growth));
  const taskOf = (all: readonly string[]): Task => {
    const task = defineTask({ ...define(all), vocabulary: [...all] } as TaskDefinition);
    const found = task.queries.find(({ query }) => query.name === parsed.data.query);
    if (found?.query.kind !== 'heavy-hitters')
      throw wrongTask(
        `growth: there is no query "${parsed.data.query}" of the kind heavy-hitters among its queries`,
      );
    return { ...task, growth: { ...parsed.data, taskOf } };
  };
  return taskOf(words);
}
