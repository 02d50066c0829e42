import { ByteReader, ByteWriter } from '@murmuration/protocol/encoding/bytes';
import { parseJson } from '@murmuration/protocol/encoding/json';
import type { ModelHash, TaskName } from '@murmuration/protocol/ids/ids';
import { type Assignment, decodeAssignment, encodeAssignment } from '@murmuration/protocol/messages/round';
import { putParts, type Storage } from '../storage/storage.ts';

/** What a device must not forget in the middle of a round. */
export interface SavedSession {
  readonly assignment: Assignment;
  /** Where it stands in secure aggregation, once its update is masked: secrets of masks are never stored. None before, nor in a plain round. */
  readonly participant?: Uint8Array | undefined;
  /** The bytes that were made for this assignment: sent again as they are, never made a second time. */
  readonly update?: Uint8Array | undefined;
}

/** Keeps the session of one task over a restart, in one entry of the storage: it is saved whole or not at all. */
export function sessionStore(storage: Storage, task: TaskName) {
  const name = `session.${task}`;
  return {
    storage,
    /** The version from which the device has trained an update that waits for a masked buffer, as `keptUpdates` names it. */
    async base(): Promise<ModelHash | undefined> {
      const bytes = await storage.get(`base.${task}`);
      return bytes && (parseJson(bytes) as ModelHash);
    },
    /** Undefined where there is none, or only something damaged. */
    async load(): Promise<SavedSession | undefined> {
      const bytes = await storage.get(name);
      if (!bytes) return undefined;
      try {
        const reader = new ByteReader(bytes);
        const [frame, participant, update] = [part(reader), part(reader), part(reader)];
        return { assignment: decodeAssignment(frame), participant, update };
      } catch {
        return undefined;
      }
    },
    async save({ assignment, participant = none, update = none }: SavedSession): Promise<void> {
      const parts = [encodeAssignment(assignment), participant, update];
      const framed = parts.flatMap(bytes => [new ByteWriter(4).u32(bytes.length).bytes, bytes]);
      await putParts(storage, name, framed);
    },
    async clear(): Promise<void> {
      await storage.delete(name);
    },
  };
}

export type SessionStore = ReturnType<typeof sessionStore>;

const none = new Uint8Array(0);

function part(reader: ByteReader): Uint8Array | undefined {
  const length = reader.u32();
  return length > 0 ? new Uint8Array(reader.raw(length)) : undefined;
}
