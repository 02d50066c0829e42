import { memoryStorage } from '@murmuration/client-sdk/storage/memory';
import type { Storage } from '@murmuration/client-sdk/storage/storage';
import { concatBytes } from '@murmuration/protocol/encoding/bytes';
import type { DeviceId } from '@murmuration/protocol/ids/ids';
import { freeMemory } from '@murmuration/protocol/primitives/node';
import { seededRandom } from '../random/seeded-random.ts';

/** True for entries that outlive a session; all others belong to a round or can be downloaded again. */
const lasting = (name: string) => name === 'device' || name.startsWith('private.');

/**
 * Storages of a run's virtual devices. An offline device takes only a few bytes: its key follows from the
 * seed, and model versions are downloaded again.
 */
export class DeviceStorages {
  readonly #seed: number;
  readonly #lasting = new Map<number, Map<string, Uint8Array>>();
  readonly #devices = new Map<string, number>();

  constructor(seed: number) {
    this.#seed = seed;
  }

  /** Returns the number (from 0) of the device that enrolled with an id. */
  deviceOf(id: DeviceId): number | undefined {
    return this.#devices.get(id);
  }

  /** Opens the storage of a device that comes online; entries that don't last live as long as this object. */
  open(device: number): Storage {
    const entries = new Map<string, readonly Uint8Array[]>();
    for (const [name, bytes] of this.#lasting.get(device) ?? []) entries.set(name, [bytes]);
    const keep = (name: string, bytes: Uint8Array | undefined) => {
      if (!lasting(name)) return;
      const own = this.#lasting.get(device) ?? new Map<string, Uint8Array>();
      if (bytes) own.set(name, bytes);
      if (bytes && name === 'device') this.#devices.set(new TextDecoder().decode(bytes), device);
      if (!bytes) own.delete(name);
      this.#lasting.set(device, own);
    };
    const set = (name: string, parts: readonly Uint8Array[]) => {
      // Only this storage reads an update, so its memory is freed with the entry.
      if (name.startsWith('session.'))
        for (const part of entries.get(name) ?? []) if (!parts.includes(part)) freeLarge(part);
      entries.set(name, parts);
    };
    const erase = (name: string) => {
      set(name, []);
      entries.delete(name);
      keep(name, undefined);
    };
    entries.set('identity', [seededRandom(this.#seed, `identity of device ${device}`)(32)]);
    return {
      async get(name) {
        const parts = entries.get(name);
        return parts?.length === 1 ? parts[0] : parts && concatBytes(...parts);
      },
      async put(name, bytes) {
        // A device is online for one round, in which it needs its version once.
        if (name.startsWith('model.')) return;
        set(name, [bytes]);
        keep(name, bytes);
      },
      async putParts(name, parts) {
        if (name.startsWith('model.')) return;
        if (lasting(name)) keep(name, concatBytes(...parts));
        set(name, parts);
      },
      delete: async name => erase(name),
      async clear(except) {
        for (const name of [...entries.keys()]) if (!except.includes(name)) erase(name);
      },
      claim: memoryStorage().claim,
    };
  }
}

/** Minimum bytes of a device's buffer that is freed explicitly. */
const minFreedBytes = 65_536;

function freeLarge({ buffer, byteLength }: Uint8Array): void {
  if (byteLength >= minFreedBytes && byteLength === buffer.byteLength && buffer instanceof ArrayBuffer)
    freeMemory(buffer);
}
