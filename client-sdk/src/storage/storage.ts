import { concatBytes } from '@murmuration/protocol/encoding/bytes';
import type { Cancel } from '@murmuration/protocol/time/clock';

/** Storage of a device's state over restarts: a few byte strings by name. */
export interface Storage {
  get(name: string): Promise<Uint8Array | undefined>;
  /** Stores an entry, durably when it returns; replaces the old one whole or not at all. */
  put(name: string, bytes: Uint8Array): Promise<void>;
  /**
   * Stores the joined parts, like `put`, for storages that need no joined
   * copy; callers don't change the parts.
   */
  putParts?(name: string, parts: readonly Uint8Array[]): Promise<void>;
  delete(name: string): Promise<void>;
  /** Erases all entries except these. */
  clear(except: readonly string[]): Promise<void>;
  /**
   * Waits until no other client uses these entries, through this object, another one, or another process, and
   * keeps others out until the returned function is called or the process ends: two clients acting as one
   * device would answer twice what may be answered once. Calls `waits` if it has to wait. Throws the reason
   * of `signal` once it is aborted.
   */
  claim(signal: AbortSignal, waits?: () => void): Promise<() => void>;
  /** Calls `changed` when another client has changed the entry, until the returned function is called. */
  watch?(name: string, changed: () => void): Cancel;
}

/** Stores parts as one entry; joins them first if the storage needs that. */
export function putParts(storage: Storage, name: string, parts: readonly Uint8Array[]): Promise<void> {
  return storage.putParts?.(name, parts) ?? storage.put(name, concatBytes(...parts));
}
