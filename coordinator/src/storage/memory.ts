import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { DeviceId, TaskName } from '@murmuration/protocol/ids/ids';
import type { Clock } from '@murmuration/protocol/time/clock';
import { systemClock } from '@murmuration/protocol/time/system-clock';
import type { AuditLog } from '../operators/audit.ts';
import { pageOf } from '../paging/paging.ts';
import type { Device, DeviceStore } from '../population/device.ts';
import { contentHash } from '../registry/content-hash.ts';
import type { BlobStore, Head, History } from '../registry/ports.ts';
import { wholeBytes } from '../registry/stored-bytes.ts';
import { thinned } from '../registry/thinned.ts';
import { vectorBytes } from '../registry/vector-bytes.ts';
import type { RoundRecord } from '../round/record.ts';
import { type MemoryVerdicts, memoryVerdicts } from './memory-access.ts';
import { appendAll, memoryAudit } from './memory-audit.ts';
import { type MemoryQueryResults, memoryQueryResults } from './memory-query-results.ts';
import type { MemoryRounds } from './memory-rounds.ts';

/** Everything in this process's memory: gone when it ends. */
export function memoryBlobs(clock: Clock = systemClock): BlobStore {
  const blobs = new Map<string, { readonly bytes: Uint8Array; readonly putAt: number }>();
  const find = (hash: string): Uint8Array => {
    const blob = blobs.get(hash);
    if (!blob) throw new MurmurationError('model.missing');
    return blob.bytes;
  };
  return {
    async put(bytes) {
      const hash = contentHash(bytes);
      blobs.set(hash, { bytes: blobs.get(hash)?.bytes ?? new Uint8Array(bytes), putAt: clock.now() });
      return hash;
    },
    async get(hash) {
      return find(hash);
    },
    async open(hash) {
      return wholeBytes(find(hash));
    },
    async sweep(named, before) {
      const old = [...blobs].filter(([hash, { putAt }]) => !named.has(hash) && putAt < before);
      for (const [hash] of old) blobs.delete(hash);
      return old.map(([hash]) => hash);
    },
  };
}

/**
 * `underWay`: where a round is forgotten once its record is kept; `verdicts`: where what devices said is counted; `results`: where what became
 * of queries is kept; `audit` takes what the log says of a round.
 */
export function memoryHistory(
  underWay?: MemoryRounds,
  verdicts: MemoryVerdicts = memoryVerdicts(),
  results: MemoryQueryResults = memoryQueryResults(),
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
      if (result) results.add(result);
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
      const kept = records
        .slice(0, Math.max(1, keep.rounds))
        .findLastIndex((record, i) => i === 0 || record.endedAt >= keep.roundsSince);
      const gone = new Set(records.slice(kept + 1));
      rounds = rounds.filter(record => !gone.has(record));
      return old.size > 0;
    },
    async references() {
      return {
        models: new Set(versions().map(({ model }) => model)),
        // They lie in the states themselves; devices may be about to get one as a blob.
        vectors: new Set(heads.flatMap(({ state }) => Object.values(state).flatMap(hashesOf))),
      };
    },
  };
}

/** Of vectors that a strategy keeps, as they were asked for first. */
const hashes = new WeakMap<Float32Array, string>();

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

export function memoryDevices(): DeviceStore {
  const devices = new Map<DeviceId, Device>();
  return {
    async get(id) {
      return devices.get(id);
    },
    async add(device) {
      if (devices.has(device.id)) return false;
      devices.set(device.id, device);
      return true;
    },
    async count() {
      return [...devices.values()].filter(({ revokedAt }) => revokedAt === null).length;
    },
    async list(page, revoked, prefix = '') {
      const wanted = [...devices.values()].filter(
        ({ id, revokedAt }) =>
          (revoked === undefined || (revokedAt !== null) === revoked) && id.startsWith(prefix),
      );
      return pageOf(wanted, page, ({ id, enrolledAt }) => ({ id, time: enrolledAt }));
    },
    async revoke(id, time) {
      const device = devices.get(id);
      if (device === undefined || device.revokedAt !== null) return false;
      devices.set(id, { ...device, revokedAt: time });
      return true;
    },
    async reinstate(id) {
      const device = devices.get(id);
      if (device === undefined || device.revokedAt === null) return false;
      devices.set(id, { ...device, revokedAt: null });
      return true;
    },
  };
}
