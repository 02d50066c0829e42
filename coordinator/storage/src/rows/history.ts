import type { ModelHash, RoundId, TaskName } from '@murmuration/protocol/ids/ids';
import type { ModelVersion } from '@murmuration/rounds/registry/model-version';
import type { BlobStore, History, Keep } from '@murmuration/rounds/registry/ports';
import { addedResult } from '@murmuration/rounds/registry/query-results';
import { thinned } from '@murmuration/rounds/registry/thinned';
import type { RoundRecord } from '@murmuration/rounds/round/record';
import type { Transaction } from 'kysely';
import { appendEntries } from './audit.ts';
import { bound } from './bound.ts';
import type { RowDatabase } from './database.ts';
import { changeDocuments } from './documents.ts';
import { fromJson, toJson } from './json.ts';
import { forgetParts } from './parts.ts';
import type { Tables } from './schema.ts';
import { loadState, storeState, vectorsIn } from './strategy-state.ts';
import { addVerdicts } from './verdicts.ts';

type Rows = RowDatabase['rows'];
type Entry = Parameters<History['commit']>[0];

/**
 * Keeps versions and rounds as rows, and the vectors of strategies as blobs. The journal of a committed
 * round is deleted in the same transaction; `closed` is called afterwards, and may delete other files of the
 * round.
 */
export function sqlHistory(
  { rows, writer }: RowDatabase,
  blobs: BlobStore,
  closed: (round: RoundId) => Promise<void>,
): History {
  return {
    ...headsIn(rows, blobs),
    ...versionsIn(rows),
    ...roundsIn(rows),

    async commit(entry) {
      const { head, round } = entry;
      const state = head && (await storeState(head.state, blobs));
      await writer.write(changes => insertEntry(changes, entry, state));
      if (round) await closed(round.round);
    },

    prune: (task, keep) =>
      writer.write(async changes => {
        const areGone = await pruneVersions(changes, task, keep);
        await pruneRounds(changes, task, keep);
        return areGone;
      }),
  };
}

/** Reads versions with the state of their strategies. */
function headsIn(rows: Rows, blobs: BlobStore): Pick<History, 'head' | 'at'> {
  const heads = (task: TaskName) =>
    rows.selectFrom('versions').select(['version', 'state']).where('task', '=', task);
  const read = async (row: { version: string; state: string } | undefined) =>
    row && { version: fromJson<ModelVersion>(row.version), state: await loadState(row.state, blobs) };
  return {
    head: async task => read(await heads(task).orderBy('number', 'desc').limit(1).executeTakeFirst()),
    at: async (task, number) => read(await heads(task).where('number', '=', number).executeTakeFirst()),
  };
}

/** Reads versions without state, and the blobs that they name. */
function versionsIn(
  rows: Rows,
): Pick<History, 'version' | 'numbersOf' | 'versions' | 'thinned' | 'references'> {
  const of = (task: TaskName) => rows.selectFrom('versions').select('version').where('task', '=', task);
  return {
    async version(model, tasks = null) {
      const row = await rows
        .selectFrom('versions')
        .select('version')
        .where('model', '=', model)
        .$if(tasks !== null, query => query.where('task', 'in', tasks ?? []))
        .orderBy('id')
        .limit(1)
        .executeTakeFirst();
      return row && fromJson<ModelVersion>(row.version);
    },

    async numbersOf(models) {
      if (models.length === 0) return new Map();
      const found = await rows
        .selectFrom('versions')
        .select(['model', 'number'])
        .where('model', 'in', models)
        .orderBy('id', 'desc')
        .execute();
      return new Map(found.map(({ model, number }) => [model as ModelHash, number]));
    },

    async versions(task, before, limit) {
      const found = await of(task)
        .where('number', '<', bound(before))
        .orderBy('number', 'desc')
        .limit(limit)
        .execute();
      return found.map(({ version }) => fromJson<ModelVersion>(version));
    },

    async thinned(task, most) {
      const all = await rows
        .selectFrom('versions')
        .select('number')
        .where('task', '=', task)
        .orderBy('number')
        .execute();
      const numbers = thinned(all, most).map(({ number }) => number);
      if (numbers.length === 0) return [];
      const found = await of(task).where('number', 'in', numbers).orderBy('number').execute();
      return found.map(({ version }) => fromJson<ModelVersion>(version));
    },

    async references() {
      const all = await rows.selectFrom('versions').select(['model', 'state']).execute();
      return {
        models: new Set(all.map(({ model }) => model as ModelHash)),
        vectors: new Set(all.flatMap(({ state }) => vectorsIn(state))),
      };
    },
  };
}

/** Reads rounds that are over. */
function roundsIn(rows: Rows): Pick<History, 'rounds' | 'search' | 'round' | 'roundsOf'> {
  const of = (task: TaskName) => rows.selectFrom('rounds').select('record').where('task', '=', task);
  return {
    async rounds(task, before, limit) {
      const found = await of(task)
        .where('number', '<', bound(before))
        .orderBy('number', 'desc')
        .limit(limit)
        .execute();
      return found.map(({ record }) => fromJson<RoundRecord>(record));
    },

    async search(task, { outcome, since, until, before, limit }) {
      let fitting = rows.selectFrom('rounds').where('task', '=', task);
      if (outcome !== undefined) fitting = fitting.where('outcome', '=', outcome);
      if (since !== undefined) fitting = fitting.where('ended_at', '>=', bound(since));
      if (until !== undefined) fitting = fitting.where('ended_at', '<', bound(until));
      const { total } = await fitting
        .select(count => count.fn.countAll<number>().as('total'))
        .executeTakeFirstOrThrow();
      const below = before === undefined ? fitting : fitting.where('number', '<', bound(before));
      const found = await below.select('record').orderBy('number', 'desc').limit(limit).execute();
      return { rounds: found.map(({ record }) => fromJson<RoundRecord>(record)), total };
    },

    async round(task, number) {
      const row = await of(task).where('number', '=', number).executeTakeFirst();
      return row && fromJson<RoundRecord>(row.record);
    },

    async roundsOf(ids) {
      if (ids.length === 0) return new Map();
      const found = await rows.selectFrom('rounds').select('record').where('round', 'in', ids).execute();
      const records = found.map(({ record }) => fromJson<RoundRecord>(record));
      return new Map(records.map(record => [record.round, record]));
    },
  };
}

/** Inserts a commit; `state` is that of the head. */
async function insertEntry(
  changes: Transaction<Tables>,
  entry: Entry,
  state: string | undefined,
): Promise<void> {
  const { head, round, judged, result, entries = [] } = entry;
  if (head) {
    const { task, number, model } = head.version;
    const version = toJson(head.version);
    await changes.insertInto('versions').values({ task, number, model, version, state: state! }).execute();
  }
  if (judged) await addVerdicts(changes, judged);
  if (result) await changeDocuments(changes, addedResult(result));
  if (round) {
    const { task, number, round: id, endedAt, outcome } = round;
    await changes
      .insertInto('rounds')
      .values({ task, number, round: id, ended_at: endedAt, outcome, record: toJson(round) })
      .execute();
    await changes.deleteFrom('journal').where('round', '=', id).execute();
    await changes.deleteFrom('rounds_under_way').where('round', '=', id).execute();
    await forgetParts(changes, id);
  }
  await appendEntries(changes, entries);
}

/** Deletes the versions outside of `keep`; returns true if there were any. */
async function pruneVersions(changes: Rows, task: TaskName, keep: Keep): Promise<boolean> {
  const kept = await changes
    .selectFrom('versions')
    .select('number')
    .where('task', '=', task)
    .orderBy('number', 'desc')
    .limit(rowsOf(keep.versions))
    .execute();
  const oldest = kept.at(-1)?.number ?? 0;
  const old = await changes
    .selectFrom('versions')
    .select(['id', 'model'])
    .where('task', '=', task)
    .where('number', '<', oldest)
    .execute();
  const gone = old.filter(({ model }) => !keep.models.has(model as ModelHash));
  for (const { id } of gone) await changes.deleteFrom('versions').where('id', '=', id).execute();
  return gone.length > 0;
}

/** Deletes the records of rounds outside of `keep`. */
async function pruneRounds(changes: Rows, task: TaskName, keep: Keep): Promise<void> {
  const records = await changes
    .selectFrom('rounds')
    .select(['number', 'ended_at'])
    .where('task', '=', task)
    .orderBy('number', 'desc')
    .execute();
  const oldestRecord = records.findLast((record, i) => i === 0 || record.ended_at >= keep.roundsSince);
  await changes
    .deleteFrom('rounds')
    .where('task', '=', task)
    .where('number', '<', oldestRecord?.number ?? 0)
    .execute();
}

/** Returns the number of rows to keep, at least 1. */
const rowsOf = (count: number): number => bound(Math.max(1, count));
