import { concatBytes } from '@murmuration/protocol/encoding/bytes';
import type { Cancel } from '@murmuration/protocol/time/clock';

/** Where a device keeps what it must know after a restart: a few byte strings by name. */
export interface Storage {
  /** The bytes of a name, or undefined. */
  get(name: string): Promise<Uint8Array | undefined>;
  /** Durable when it returns; replaces what was there, whole or not at all. */
  put(name: string, bytes: Uint8Array): Promise<void>;
  /** As `put`, of the parts one after the other, for storages that need not have them joined; nobody changes the parts any more. */
  putParts?(name: string, parts: readonly Uint8Array[]): Promise<void>;
  delete(name: string): Promise<void>;
  /** Erases everything but what has one of these names. */
  clear(except: readonly string[]): Promise<void>;
  /**
   * Waits until no other client takes part with what is stored here, be it of this object, of another one over the same entries, or of
   * another process, and keeps the others from that until the returned function is called or the process is gone: two that act as
   * one device would answer twice what may be answered once. Calls `waits` where it has to wait. Throws the reason of `signal`
   * once that is aborted.
   */
  claim(signal: AbortSignal, waits?: () => void): Promise<() => void>;
  /** Calls `changed` whenever another of these clients has changed an entry, until the returned function is called. */
  watch?(name: string, changed: () => void): Cancel;
}

/** Puts parts as one entry; joins them first for a storage that has to have them joined. */
export function putParts(storage: Storage, name: string, parts: readonly Uint8Array[]): Promise<void> {
  return storage.putParts?.(name, parts) ?? storage.put(name, concatBytes(...parts));
}
