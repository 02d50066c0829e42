import { ByteReader, ByteWriter } from '@murmuration/protocol/encoding/bytes';
import { parseJson } from '@murmuration/protocol/encoding/json';
import type { ModelHash, TaskName } from '@murmuration/protocol/ids/ids';
import { type Assignment, decodeAssignment, encodeAssignment } from '@murmuration/protocol/messages/round';
import { putParts, type Storage } from '../storage/storage.ts';

/** State that a device must keep over a restart in the middle of a round. */
export interface SavedSession {
  readonly assignment: Assignment;
  /**
   * State in secure aggregation, once the update is masked: mask secrets are never stored.
   * Undefined before, and in plain rounds.
   */
  readonly participant?: Uint8Array | undefined;
  /** Bytes made for this assignment: sent again unchanged, never made twice. */
  readonly update?: Uint8Array | undefined;
}

/**
 * Returns the store of a task's session over a restart. It is one storage
 * entry, so saved whole or not at all.
 */
export function sessionStore(storage: Storage, task: TaskName) {
  const name = `session.${task}`;
  return {
    storage,
    /** Returns the base of a trained update that waits for a masked buffer, as `keptUpdates` names it. */
    async base(): Promise<ModelHash | undefined> {
      const bytes = await storage.get(`base.${task}`);
      return bytes && (parseJson(bytes) as ModelHash);
    },
    /** Returns undefined if there is none, or if it is damaged. */
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

export type SavedSessionStore = ReturnType<typeof sessionStore>;

const none = new Uint8Array(0);

function part(reader: ByteReader): Uint8Array | undefined {
  const length = reader.u32();
  return length > 0 ? new Uint8Array(reader.raw(length)) : undefined;
}
