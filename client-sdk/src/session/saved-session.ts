import type { TaskName } from '@murmuration/protocol/ids';
import { decodeFrame, encodeFrame } from '@murmuration/protocol/messages/frame';
import { type Assignment, assignment } from '@murmuration/protocol/messages/round';
import type { Storage } from '../storage/storage.ts';

/** What a device must not forget in the middle of a round. */
export interface SavedSession {
  readonly assignment: Assignment;
  /** The bytes that were made for this assignment: sent again as they are, never made a second time. */
  readonly update: Uint8Array;
}

/** Keeps the session of one task over a restart. */
export function sessionStore(storage: Storage, task: TaskName) {
  const assignmentName = `session.${task}.assignment`;
  const updateName = `session.${task}.update`;
  return {
    async load(): Promise<SavedSession | undefined> {
      const [frame, update] = [await storage.get(assignmentName), await storage.get(updateName)];
      if (!frame || !update) return undefined;
      try {
        return { assignment: decodeFrame(frame, assignment), update };
      } catch {
        return undefined;
      }
    },
    /** The update first: an assignment that is there stands for both. */
    async save(session: SavedSession): Promise<void> {
      await storage.delete(assignmentName);
      await storage.put(updateName, session.update);
      await storage.put(assignmentName, encodeFrame(session.assignment));
    },
    async clear(): Promise<void> {
      await storage.delete(assignmentName);
      await storage.delete(updateName);
    },
  };
}

export type SessionStore = ReturnType<typeof sessionStore>;
