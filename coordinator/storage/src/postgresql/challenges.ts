import { sql } from 'kysely';
import { type AnsweredChallenges, clockToleranceMs } from '../leases/answered-challenges.ts';
import type { RowDatabase } from '../rows/database.ts';

/** Keeps answers as rows; each new answer deletes the expired ones. */
export function databaseChallenges({ writer }: Pick<RowDatabase, 'writer'>): AnsweredChallenges {
  return {
    take: (answer, until, now) =>
      writer.write(async changes => {
        await sql`delete from answered_challenges where until < ${now - clockToleranceMs}`.execute(changes);
        const { numAffectedRows } = await sql`
          insert into answered_challenges (answer, until) values (${answer}, ${until})
          on conflict (answer) do nothing`.execute(changes);
        return numAffectedRows === 1n;
      }),

    async giveBack(answer) {
      await writer.write(changes =>
        sql`delete from answered_challenges where answer = ${answer}`.execute(changes),
      );
    },
  };
}
