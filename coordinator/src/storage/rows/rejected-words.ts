import { newestRejected, type RejectedWordsStore } from '../../task/rejected-words.ts';
import { putAddedWords } from './added-words.ts';
import type { RowDatabase } from './database.ts';

/** Rejected words as rows, one for each word of a task. */
export function sqlRejectedWords({ rows, writer }: RowDatabase): RejectedWordsStore {
  return {
    async of(task) {
      const found = await rows.selectFrom('rejected_words').selectAll().where('task', '=', task).execute();
      return newestRejected(
        found.map(({ word, rejected_at, rejected_by }) => ({
          word,
          rejectedAt: rejected_at,
          rejectedBy: rejected_by,
        })),
      );
    },

    async add(task, rejected, left) {
      await writer.write(async changes => {
        const values = rejected.map(({ word, rejectedAt, rejectedBy }) => ({
          task,
          word,
          rejected_at: rejectedAt,
          rejected_by: rejectedBy,
        }));
        if (values.length > 0)
          await changes
            .insertInto('rejected_words')
            .values(values)
            .onConflict(conflict => conflict.columns(['task', 'word']).doNothing())
            .execute();
        if (left) await putAddedWords(changes, left);
      });
    },

    async remove(task, words) {
      if (words.length === 0) return;
      await writer.write(changes =>
        changes
          .deleteFrom('rejected_words')
          .where('task', '=', task)
          .where('word', 'in', [...words])
          .execute(),
      );
    },
  };
}
