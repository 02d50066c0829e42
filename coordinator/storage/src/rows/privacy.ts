import { concatBytes } from '@murmuration/protocol/encoding/bytes';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { DeviceId, TaskName } from '@murmuration/protocol/ids/ids';
import type {
  BudgetTerms,
  Claim,
  OpenBudget,
  Parts,
  PrivacyLedger,
} from '@murmuration/rounds/privacy/ledger';
import { requireOnce, tookPartTooSoon } from '@murmuration/rounds/privacy/taking-part';
import { sql } from 'kysely';
import { takenStep } from '../memory/privacy.ts';
import type { RowDatabase } from './database.ts';
import { fromJson, toJson } from './json.ts';

/** Bytes of a memory in one row. */
const pieceBytes = 1 << 20;

/** Most rows of one statement, below SQLite's limit of parameters. */
const rowsAtOnce = 1_000;

type Rows = RowDatabase['rows'];

/** Keeps budgets, steps and parts as rows. */
export function sqlPrivacy(database: RowDatabase): PrivacyLedger {
  return { ...budgetsIn(database), ...partsIn(database), ...stepsIn(database), ...memoriesIn(database) };
}

/** Keeps budgets: their starts and terms, and the deletion of their secrets. */
function budgetsIn({
  rows,
  writer,
}: RowDatabase): Pick<PrivacyLedger, 'budgets' | 'queryBudgets' | 'open' | 'erase'> {
  return {
    async budgets(task) {
      const found = await rows
        .selectFrom('privacy_budgets')
        .selectAll()
        .where('task', '=', task)
        .orderBy('number')
        .execute();
      return await Promise.all(found.map(row => budgetOf(rows, row, task)));
    },

    async queryBudgets(task) {
      const found = await rows
        .selectFrom('privacy_budgets')
        .selectAll()
        // Names of tasks have no wildcard characters.
        .where('task', 'like', `${accountOf(task, '')}%`)
        .orderBy('number')
        .execute();
      return await Promise.all(
        found.map(async row => ({
          ...(await budgetOf(rows, row, task)),
          query: row.task.slice(accountOf(task, '').length),
        })),
      );
    },

    async open({ id, task: ofTask, query, terms, openedAt }) {
      const task = accountOf(ofTask, query);
      await writer.write(async changes => {
        const before = await changes
          .selectFrom('privacy_budgets')
          .select('id')
          .where('task', '=', task)
          .execute();
        for (const { id } of before) await forget(changes, id);
        await changes
          .insertInto('privacy_budgets')
          .values({ id, task, terms: toJson(terms), opened_at: openedAt })
          .execute();
      });
    },

    async erase(budget) {
      await writer.write(changes => forget(changes, budget));
    },
  };
}

/** Reads the participations of devices. */
function partsIn({ rows }: RowDatabase): Pick<PrivacyLedger, 'parts' | 'partsOf'> {
  return {
    async parts(budget, { after, limit, keeping }) {
      let query = rows
        .selectFrom('privacy_parts')
        .select(['device', 'step', 'parts'])
        .where('budget', '=', budget);
      // Both databases use the index for such a pair.
      if (after)
        query = query.where(({ eb, refTuple, tuple }) =>
          eb(refTuple('step', 'device'), '>', tuple(after.step, after.device)),
        );
      if (keeping) {
        const { since, parts } = keeping;
        query = query.where(({ eb, or }) =>
          or([eb('step', '>=', since), ...(parts === undefined ? [] : [eb('parts', '>=', parts)])]),
        );
      }
      const found = await query.orderBy('step').orderBy('device').limit(limit).execute();
      return found.map(({ device, ...last }) => ({ device: device as DeviceId, ...last }));
    },

    async partsOf(budget, devices) {
      const parts = new Map<DeviceId, Parts>();
      for (let at = 0; at < devices.length; at += rowsAtOnce) {
        const found = await rows
          .selectFrom('privacy_parts')
          .select(['device', 'step', 'parts'])
          .where('budget', '=', budget)
          .where('device', 'in', devices.slice(at, at + rowsAtOnce))
          .execute();
        for (const { device, ...last } of found) parts.set(device as DeviceId, last);
      }
      return parts;
    },
  };
}

/** Claims steps for rounds. */
function stepsIn({ writer }: RowDatabase): Pick<PrivacyLedger, 'claim'> {
  return {
    async claim(claim) {
      const { budget, step, round, oldest } = claim;
      return await writer.write(async changes => {
        const newest = await changes
          .selectFrom('privacy_steps')
          .select(['step', 'round'])
          .where('budget', '=', budget)
          .orderBy('step', 'desc')
          .limit(1)
          .executeTakeFirst();
        if (newest?.step !== step || newest.round !== round) await takeStep(changes, claim, newest?.step);
        await forget(changes, budget, oldest);
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

/** Claims a step for a round, with a participation of each contributor. Throws `round.closed`. */
async function takeStep(
  changes: Rows,
  { budget, step, round, seed, contributors, counted }: Claim,
  newest: number | undefined,
): Promise<void> {
  if (step !== (newest ?? -1) + 1) throw new MurmurationError('round.closed', takenStep(step));
  requireOnce(contributors);
  // Inserted first, so that a concurrent claim of the step waits for the end of this transaction.
  await changes
    .insertInto('privacy_steps')
    .values({ budget, step, round, seed, counted: counted ?? contributors.length })
    .execute();
  const limits = contributors.length > 0 ? await limitsOf(changes, budget) : null;
  for (let at = 0; at < contributors.length; at += rowsAtOnce) {
    const devices = contributors.slice(at, at + rowsAtOnce);
    if (limits) await requireMayTakePart(changes, budget, step, limits, devices);
    await changes
      .insertInto('privacy_parts')
      .values(devices.map(device => ({ budget, device, step, parts: 1 })))
      .onConflict(conflict =>
        conflict.columns(['budget', 'device']).doUpdateSet({ step, parts: sql`privacy_parts.parts + 1` }),
      )
      .execute();
  }
}

/** Keeps the memories of noise by step. */
function memoriesIn({
  rows,
  writer,
}: RowDatabase): Pick<PrivacyLedger, 'remember' | 'rememberedBefore' | 'memory'> {
  return {
    async remember(budget, step, memory) {
      await writer.write(async changes => {
        for (let piece = 0; piece * pieceBytes < memory.length; piece++)
          await changes
            .insertInto('privacy_memories')
            .values({
              budget,
              step,
              piece,
              bytes: memory.subarray(piece * pieceBytes, (piece + 1) * pieceBytes),
            })
            .onConflict(conflict => conflict.columns(['budget', 'step', 'piece']).doNothing())
            .execute();
      });
    },

    async rememberedBefore(budget, step) {
      const found = await rows
        .selectFrom('privacy_memories')
        .select('step')
        .where('budget', '=', budget)
        .where('step', '<=', step)
        .orderBy('step', 'desc')
        .limit(1)
        .executeTakeFirst();
      return found?.step ?? 0;
    },

    async memory(budget, step) {
      const pieces = await rows
        .selectFrom('privacy_memories')
        .select('bytes')
        .where('budget', '=', budget)
        .where('step', '=', step)
        .orderBy('piece')
        .execute();
      return pieces.length > 0 ? concatBytes(...pieces.map(({ bytes }) => new Uint8Array(bytes))) : undefined;
    },
  };
}

/** Returns the owner of a budget in a row; no name of a task has a slash. */
const accountOf = (task: TaskName, query?: string): string =>
  query === undefined ? task : `${task}/${query}`;

async function budgetOf(
  rows: Rows,
  { id, terms, opened_at }: { readonly id: string; readonly terms: string; readonly opened_at: number },
  task: TaskName,
): Promise<OpenBudget> {
  const counted = await countedOf(rows, id);
  return {
    id,
    task,
    terms: fromJson<BudgetTerms>(terms),
    openedAt: opened_at,
    steps: counted.length,
    counted,
  };
}

/** Returns the terms of a budget; null if no ε holds and no device is limited. */
async function limitsOf(rows: Rows, budget: string): Promise<BudgetTerms | null> {
  const { terms } = await rows
    .selectFrom('privacy_budgets')
    .select('terms')
    .where('id', '=', budget)
    .executeTakeFirstOrThrow();
  return fromJson<BudgetTerms | null>(terms);
}

/** Throws `round.closed` if one of these devices may not take part in a step. */
async function requireMayTakePart(
  rows: Rows,
  budget: string,
  step: number,
  { separation, participations }: BudgetTerms,
  devices: readonly DeviceId[],
): Promise<void> {
  const found = await rows
    .selectFrom('privacy_parts')
    .select('device')
    .where('budget', '=', budget)
    .where('device', 'in', devices)
    .where(({ eb, or }) => or([eb('step', '>', step - separation), eb('parts', '>=', participations)]))
    .limit(1)
    .executeTakeFirst();
  if (found) throw tookPartTooSoon(found.device);
}

/** Overwrites the secrets of a budget before a step, or all of them. */
async function forget(changes: Rows, budget: string, oldest?: number): Promise<void> {
  const before = oldest ?? Number.MAX_SAFE_INTEGER;
  await changes
    .updateTable('privacy_steps')
    .set({ seed: null })
    .where('budget', '=', budget)
    .where('step', '<', before)
    .where('seed', 'is not', null)
    .execute();
  await changes
    .deleteFrom('privacy_memories')
    .where('budget', '=', budget)
    .where('step', '<', before)
    .execute();
}

/**
 * Returns the number of updates in each step of a budget; 0 for steps of coordinators that did not store it.
 */
async function countedOf(rows: Rows, budget: string): Promise<number[]> {
  const steps = await rows
    .selectFrom('privacy_steps')
    .select('counted')
    .where('budget', '=', budget)
    .orderBy('step')
    .execute();
  return steps.map(({ counted }) => counted ?? 0);
}
