import { PromiseQueue } from '@murmuration/protocol/concurrency/promise-queue';
import { MurmurationError, messageOf } from '@murmuration/protocol/errors/errors';
import { fromBase64, toBase64 } from './base64.ts';
import { ClaimQueue } from './claim-queue.ts';
import type { Storage } from './storage.ts';

/** Store of texts by key, as on phones: one key is written whole or not at all, several are not. */
export interface TextStore {
  get(key: string): Promise<string | null | undefined>;
  set(key: string, text: string): Promise<void>;
  delete(keys: readonly string[]): Promise<void>;
  keys(): Promise<readonly string[]>;
}

/**
 * Most bytes of an entry under one key: SQLite rows on Android end at 2 MiB, with two bytes per character.
 */
const partBytes = 384 * 1024;
/** Most bytes of an entry that its head contains. */
const inHead = 16 * 1024;

/** Value of an entry's key: its bytes, or its parts. */
type Head =
  | { readonly bytes: Uint8Array; readonly turn: number; readonly parts: 0 }
  | { readonly length: number; readonly turn: number; readonly parts: number };

/** Work and claims of all storages of one name in this process. */
interface Shared {
  readonly work: PromiseQueue;
  readonly claims: ClaimQueue;
}
const shared = new Map<string, Shared>();

/**
 * Stores entries in a store of texts, under keys that begin with `name`. A large entry has parts under new
 * keys, which its head, one key, then names: so an entry is replaced whole or not at all, even if the app is
 * killed. The next client deletes parts left behind by that. All storages of one name in a process are one;
 * other processes must not use it.
 *
 * Throws `storage.corrupt`, once, for an entry that has lost a part, which is then deleted; `storage.full`
 * and `storage.failed` for errors of the store.
 */
export function textStorage(store: TextStore, name = 'murmuration'): Storage {
  const { work, claims } = sharedBy(name);
  const headKey = (entry: string) => `${name}/${encodeURIComponent(entry)}`;
  const partKey = (head: string, turn: number, part: number) => `${head}#${turn}.${part}`;
  const partKeys = (key: string, head: Head | undefined) =>
    Array.from({ length: head?.parts ?? 0 }, (_, part) => partKey(key, head!.turn, part));
  /** Runs tasks one by one, so that no parts are read while they are deleted. */
  const run = <Result>(what: () => Promise<Result>): Promise<Result> =>
    work.run(async () => {
      try {
        return await what();
      } catch (error) {
        throw asStorageError(error);
      }
    });
  const headOf = async (key: string): Promise<Head | undefined> => {
    const text = await store.get(key);
    return typeof text === 'string' ? readHead(text) : undefined;
  };
  const erase = async (keys: readonly string[]) => {
    if (keys.length > 0) await store.delete(keys);
  };
  const ours = async () => (await store.keys()).filter(key => key.startsWith(`${name}/`));

  const put = async (key: string, bytes: Uint8Array): Promise<void> => {
    const before = await headOf(key);
    const turn = ((before?.turn ?? 0) + 1) % 2 ** 32;
    if (bytes.length <= inHead) await store.set(key, `1,${turn},${toBase64(bytes)}`);
    else {
      const parts = Math.ceil(bytes.length / partBytes);
      for (let part = 0; part < parts; part++) {
        const piece = bytes.subarray(part * partBytes, (part + 1) * partBytes);
        await store.set(partKey(key, turn, part), toBase64(piece));
      }
      // From now on the new parts are the entry.
      await store.set(key, `2,${turn},${parts},${bytes.length}`);
    }
    await erase(partKeys(key, before));
  };

  const remove = async (key: string): Promise<void> => {
    const before = await headOf(key);
    await erase([key]);
    await erase(partKeys(key, before));
  };

  const read = async (key: string, head: Head): Promise<Uint8Array | undefined> => {
    if ('bytes' in head) return head.bytes;
    const bytes = new Uint8Array(head.length);
    let at = 0;
    for (const part of partKeys(key, head)) {
      const text = await store.get(part);
      const piece = typeof text === 'string' ? fromBase64(text) : undefined;
      if (!piece || at + piece.length > bytes.length) return undefined;
      bytes.set(piece, at);
      at += piece.length;
    }
    return at === bytes.length ? bytes : undefined;
  };

  return {
    get: entry =>
      run(async () => {
        const key = headKey(entry);
        const text = await store.get(key);
        if (typeof text !== 'string') return undefined;
        const head = readHead(text);
        const bytes = head && (await read(key, head));
        if (bytes) return bytes;
        await remove(key);
        throw new MurmurationError(
          'storage.corrupt',
          `The entry ${entry} of the device's storage is not whole any more; it has been deleted.`,
        );
      }),
    put(entry, bytes) {
      // Copied: the caller may change the bytes.
      const own = new Uint8Array(bytes);
      return run(() => put(headKey(entry), own));
    },
    delete: entry => run(() => remove(headKey(entry))),
    clear: except =>
      run(async () => {
        const kept = new Set(except.map(headKey));
        await erase((await ours()).filter(key => !kept.has(key.split('#')[0]!)));
      }),
    async claim(signal, waits) {
      const release = await claims.claim(signal, waits);
      try {
        await run(async () => {
          const keys = await ours();
          const heads = new Set<string>();
          for (const key of keys) {
            if (key.includes('#')) continue;
            for (const part of partKeys(key, await headOf(key))) heads.add(part);
          }
          await erase(keys.filter(key => key.includes('#') && !heads.has(key)));
        });
      } catch (error) {
        release();
        throw error;
      }
      return release;
    },
  };
}

function sharedBy(name: string): Shared {
  let own = shared.get(name);
  if (!own) {
    own = { work: new PromiseQueue(), claims: new ClaimQueue() };
    shared.set(name, own);
  }
  return own;
}

/** Decodes a head; undefined if invalid. */
function readHead(text: string): Head | undefined {
  const [kind, turn, first = '', length] = text.split(',');
  if (!isCount(turn)) return undefined;
  if (kind === '1') {
    const bytes = fromBase64(first);
    return bytes && { bytes, turn: Number(turn), parts: 0 };
  }
  if (kind !== '2' || !isCount(first) || !isCount(length)) return undefined;
  const head = { turn: Number(turn), parts: Number(first), length: Number(length) };
  return head.parts === Math.ceil(head.length / partBytes) ? head : undefined;
}

const isCount = (text: string | undefined): text is string => text !== undefined && /^\d{1,10}$/.test(text);

function asStorageError(error: unknown): MurmurationError {
  if (error instanceof MurmurationError) return error;
  const message = messageOf(error);
  // Messages of SQLite's code 13 on Android, of a full disk on iOS, and of quotas.
  const isFull = /full|no space|quota|code 13\b/i.test(message);
  return new MurmurationError(
    isFull ? 'storage.full' : 'storage.failed',
    `${isFull ? "There is no more room for the device's storage" : "The device's storage failed"}: ${message}`,
    { cause: error },
  );
}
