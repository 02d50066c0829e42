import { MurmurationError } from '@murmuration/protocol/errors';
import type { DeviceId, TaskName } from '@murmuration/protocol/ids';
import { contentHash } from '@murmuration/protocol/weights/model-files';
import { pageOf } from '../paging.ts';
import type { Device, DeviceStore } from '../population/device.ts';
import type { ModelVersion } from '../registry/model-version.ts';
import type { BlobStore, Head, History } from '../registry/ports.ts';
import type { RoundRecord } from '../round/record.ts';

/** Everything in this process's memory: gone when it ends. */
export function memoryBlobs(): BlobStore {
  const blobs = new Map<string, Uint8Array>();
  return {
    async put(bytes) {
      const hash = contentHash(bytes);
      if (!blobs.has(hash)) blobs.set(hash, bytes.slice());
      return hash;
    },
    async get(hash) {
      const bytes = blobs.get(hash);
      if (!bytes) throw new MurmurationError('model.missing');
      return bytes;
    },
  };
}

export function memoryHistory(): History {
  const heads = new Map<TaskName, Head>();
  const versions: ModelVersion[] = [];
  const rounds: RoundRecord[] = [];
  return {
    async head(task) {
      return heads.get(task);
    },
    async version(model) {
      return versions.find(version => version.model === model);
    },
    async versions(task, before, limit) {
      return newestFirst(versions, task, before, limit);
    },
    async rounds(task, before, limit) {
      return newestFirst(rounds, task, before, limit);
    },
    async commit({ head, round }) {
      if (head) {
        heads.set(head.version.task, head);
        versions.push(head.version);
      }
      if (round) rounds.push(round);
    },
  };
}

function newestFirst<Row extends { readonly task: TaskName; readonly number: number }>(
  rows: readonly Row[],
  task: TaskName,
  before: number,
  limit: number,
): readonly Row[] {
  return rows
    .filter(row => row.task === task && row.number < before)
    .reverse()
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
    async list(page, revoked) {
      const wanted = [...devices.values()].filter(
        ({ revokedAt }) => revoked === undefined || (revokedAt !== null) === revoked,
      );
      return pageOf(wanted, page, ({ id, enrolledAt }) => ({ id, time: enrolledAt }));
    },
    async revoke(id, time) {
      const device = devices.get(id);
      if (device === undefined || device.revokedAt !== null) return false;
      devices.set(id, { ...device, revokedAt: time });
      return true;
    },
  };
}
