import type { TaskName } from '@murmuration/protocol/ids/ids';
import type { AuditLog } from '@murmuration/rounds/operators/audit';
import type { Documents } from '@murmuration/rounds/operators/documents';
import { contentHash } from '@murmuration/rounds/registry/content-hash';
import type { Head, History } from '@murmuration/rounds/registry/ports';
import { addedResult } from '@murmuration/rounds/registry/query-results';
import { thinned } from '@murmuration/rounds/registry/thinned';
import { vectorBytes } from '@murmuration/rounds/registry/vector-bytes';
import type { RoundRecord } from '@murmuration/rounds/round/record';
import { appendAll, memoryAudit } from './audit.ts';
import { memoryDocuments } from './documents.ts';
import type { MemoryRounds } from './rounds.ts';
import { type MemoryVerdicts, memoryVerdicts } from './verdicts.ts';

/**
 * Keeps history in memory. `underWay` forgets rounds once their records are kept; `verdicts`
 * counts devices' verdicts; `documents` stores results of queries; `audit` receives the entries of a round.
 */
export function memoryHistory(
  underWay?: MemoryRounds,
  verdicts: MemoryVerdicts = memoryVerdicts(),
  documents: Documents = memoryDocuments(),
  audit: Pick<AuditLog, 'append'> = memoryAudit(),
): History {
  let heads: Head[] = [];
  let rounds: RoundRecord[] = [];
  const versions = () => heads.map(({ version }) => version);
  return {
    async head(task) {
      return heads.findLast(({ version }) => version.task === task);
    },
    async version(model, tasks = null) {
      return versions().find(
        version => version.model === model && (tasks === null || tasks.includes(version.task)),
      );
    },
    async numbersOf(models) {
      const wanted = new Set(models);
      const found = versions().filter(({ model }) => wanted.has(model));
      return new Map(found.reverse().map(({ model, number }) => [model, number]));
    },
    async versions(task, before, limit) {
      return newestFirst(versions(), task, before, limit);
    },
    async rounds(task, before, limit) {
      return newestFirst(rounds, task, before, limit);
    },
    async at(task, number) {
      return heads.find(({ version }) => version.task === task && version.number === number);
    },
    async thinned(task, most) {
      return thinned(
        versions().filter(version => version.task === task),
        most,
      );
    },
    async search(task, { outcome, since, until, before = Number.POSITIVE_INFINITY, limit }) {
      const found = rounds.filter(
        record =>
          record.task === task &&
          (outcome === undefined || record.outcome === outcome) &&
          (since === undefined || record.endedAt >= since) &&
          (until === undefined || record.endedAt < until),
      );
      return { rounds: newestFirst(found, task, before, limit), total: found.length };
    },
    async round(task, number) {
      return rounds.find(record => record.task === task && record.number === number);
    },
    async roundsOf(ids) {
      const wanted = new Set(ids);
      return new Map(rounds.filter(({ round }) => wanted.has(round)).map(record => [record.round, record]));
    },
    async commit({ head, round, judged, result, entries = [] }) {
      const isThere =
        versions().some(
          ({ task, number }) => task === head?.version.task && number === head.version.number,
        ) || rounds.some(record => record.round === round?.round);
      if (isThere) throw new Error('The version or the round is there already.');
      await appendAll(audit, entries);
      if (head) {
        heads.push(head);
      }
      if (judged) verdicts.add(judged);
      if (result) await documents.change(addedResult(result));
      if (round) {
        rounds.push(round);
        underWay?.forget(round.round);
      }
    },
    async prune(task, keep) {
      const ofTask = newestFirst(versions(), task, Number.POSITIVE_INFINITY, heads.length);
      const old = new Set(
        ofTask.slice(Math.max(1, keep.versions)).filter(({ model }) => !keep.models.has(model)),
      );
      heads = heads.filter(({ version }) => !old.has(version));
      const records = newestFirst(rounds, task, Number.POSITIVE_INFINITY, rounds.length);
      const kept = records.findLastIndex((record, i) => i === 0 || record.endedAt >= keep.roundsSince);
      const gone = new Set(records.slice(kept + 1));
      rounds = rounds.filter(record => !gone.has(record));
      return old.size > 0;
    },
    async references() {
      return {
        models: new Set(versions().map(({ model }) => model)),
        // Vectors are in the states themselves; devices may be about to get one as a blob.
        vectors: new Set(heads.flatMap(({ state }) => Object.values(state).flatMap(hashesOf))),
      };
    },
  };
}

function hashesOf(value: number | Float32Array): string[] {
  if (typeof value === 'number') return [];
  const hash = hashes.get(value) ?? contentHash(vectorBytes(value));
  hashes.set(value, hash);
  return [hash];
}

function newestFirst<Row extends { readonly task: TaskName; readonly number: number }>(
  rows: readonly Row[],
  task: TaskName,
  before: number,
  limit: number,
): readonly Row[] {
  return rows
    .filter(row => row.task === task && row.number < before)
    .sort((a, b) => b.number - a.number)
    .slice(0, limit);
}

/** Map from a strategy's vector to its hash when it was first requested. */
const hashes = new WeakMap<Float32Array, string>();
