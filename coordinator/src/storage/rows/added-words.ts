import type { AddedWordsStore } from '../../task/added-words.ts';
import type { RowDatabase } from './database.ts';

/** Added words as rows, one for each task. */
export function sqlAddedWords({ rows, writer }: RowDatabase): AddedWordsStore {
  return {
    async of(task) {
      const found = await rows
        .selectFrom('added_words')
        .selectAll()
        .where('task', '=', task)
        .executeTakeFirst();
      return (
        found && {
          task,
          words: JSON.parse(found.words) as string[],
          addedAt: found.added_at,
          addedBy: found.added_by,
        }
      );
    },

    async put({ task, words, addedAt, addedBy }) {
      const values = { words: JSON.stringify(words), added_at: addedAt, added_by: addedBy };
      await writer.write(changes =>
        changes
          .insertInto('added_words')
          .values({ task, ...values })
          .onConflict(conflict => conflict.column('task').doUpdateSet(values))
          .execute(),
      );
    },
  };
}
