import type { Transaction } from 'kysely';
import type { AddedWords, AddedWordsStore } from '../../task/added-words.ts';
import { appendEntries } from './audit.ts';
import type { RowDatabase } from './database.ts';
import type { Tables } from './schema.ts';

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

    async put(added, entries = []) {
      await writer.write(async changes => {
        await putAddedWords(changes, added);
        await appendEntries(changes, entries);
      });
    },
  };
}

/** In place of those before. */
export async function putAddedWords(
  changes: Transaction<Tables>,
  { task, words, addedAt, addedBy }: AddedWords,
): Promise<void> {
  const values = { words: JSON.stringify(words), added_at: addedAt, added_by: addedBy };
  await changes
    .insertInto('added_words')
    .values({ task, ...values })
    .onConflict(conflict => conflict.column('task').doUpdateSet(values))
    .execute();
}
