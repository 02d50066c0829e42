import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { DeviceId, TaskName } from '@murmuration/protocol/ids/ids';
import { sql } from 'kysely';
import type { BudgetTerms, Parts, PrivacyLedger } from '../../privacy/ledger.ts';
import { takenStep } from '../memory-privacy.ts';
import { fromJson, toJson } from './json.ts';
import type { SqliteDatabase } from './open.ts';

/** Rows of one statement, below SQLite's limit of parameters. */
const rowsAtOnce = 1_000;

/** Budgets, steps and parts as rows. */
export function sqlitePrivacy({ rows, writer }: SqliteDatabase): PrivacyLedger {
  return {
    async budgets(task) {
      const found = await rows
        .selectFrom('privacy_budgets')
        .selectAll()
        .where('task', '=', task)
        .orderBy('number')
        .execute();
      return await Promise.all(
        found.map(async ({ id, task, terms, opened_at }) => {
          const counted = await countedOf(rows, id);
          return {
            id,
            task: task as TaskName,
            terms: fromJson<BudgetTerms>(terms),
            openedAt: opened_at,
            steps: counted.length,
            counted,
          };
        }),
      );
    },

    async open({ id, task, terms, openedAt }) {
      await writer.write(changes =>
        changes
          .insertInto('privacy_budgets')
          .values({ id, task, terms: toJson(terms), opened_at: openedAt })
          .execute(),
      );
    },

    async parts(budget) {
      const found = await rows.selectFrom('privacy_parts').selectAll().where('budget', '=', budget).execute();
      return new Map(
        found.map(({ device, step, parts }): [DeviceId, Parts] => [device as DeviceId, { step, parts }]),
      );
    },

    async claim({ budget, step, round, seed, contributors, oldest }) {
      return await writer.write(async changes => {
        const newest = await changes
          .selectFrom('privacy_steps')
          .select(['step', 'round'])
          .where('budget', '=', budget)
          .orderBy('step', 'desc')
          .limit(1)
          .executeTakeFirst();
        if (newest?.step !== step || newest.round !== round) {
          if (step !== (newest?.step ?? -1) + 1) throw new MurmurationError('round.closed', takenStep(step));
          await changes
            .insertInto('privacy_steps')
            .values({ budget, step, round, seed, counted: contributors.length })
            .execute();
          for (let at = 0; at < contributors.length; at += rowsAtOnce)
            await changes
              .insertInto('privacy_parts')
              .values(
                contributors.slice(at, at + rowsAtOnce).map(device => ({ budget, device, step, parts: 1 })),
              )
              .onConflict(conflict =>
                conflict
                  .columns(['budget', 'device'])
                  .doUpdateSet({ step, parts: sql`privacy_parts.parts + 1` }),
              )
              .execute();
        }
        await changes
          .updateTable('privacy_steps')
          .set({ seed: null })
          .where('budget', '=', budget)
          .where('step', '<', oldest)
          .where('seed', 'is not', null)
          .execute();
        const kept = await changes
          .selectFrom('privacy_steps')
          .select(['step', 'seed'])
          .where('budget', '=', budget)
          .where('seed', 'is not', null)
          .execute();
        return new Map(kept.map(each => [each.step, new Uint8Array(each.seed!)]));
      });
    },
  };
}

/** Updates in the sum of each step of a budget; 0 for those of versions of the coordinator that did not keep it. */
async function countedOf(rows: SqliteDatabase['rows'], budget: string): Promise<number[]> {
  const steps = await rows
    .selectFrom('privacy_steps')
    .select('counted')
    .where('budget', '=', budget)
    .orderBy('step')
    .execute();
  return steps.map(({ counted }) => counted ?? 0);
}
