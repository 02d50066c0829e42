import { nextTask } from '@murmuration/protocol/concurrency/next-task';
import { concatBytes } from '@murmuration/protocol/encoding/bytes';
import { type ErrorCode, MurmurationError } from '@murmuration/protocol/errors/errors';
import { type DBSchema, deleteDB, type IDBPDatabase, type IDBPObjectStore, openDB } from 'idb';
import type { Storage } from './storage.ts';
import { TabNotices } from './tab-notices.ts';

/** Name of the only table: bytes by name. */
const tableName = 'entries';
const databaseVersion = 1;
/** Bytes of an entry that takes a page noticeably long to copy. */
const largeEntry = 1 << 20;

interface Entries extends DBSchema {
  [tableName]: { key: string; value: Uint8Array };
}
type Database = IDBPDatabase<Entries>;

/**
 * Stores entries in an IndexedDB database, `murmuration.<name>`, shared by all tabs of an origin; `claim`
 * lets one tab at a time take part. Opens nothing before the first call.
 *
 * Throws `storage.full` beyond the quota; `storage.newer` if a newer SDK has written it; `storage.corrupt`,
 * once, for an entry that is not bytes, which is then deleted; `storage.failed` for the rest. A database that
 * can't be opened is recreated only by `clear`.
 */
export function indexedDbStorage(name: string): Storage {
  const databaseName = `murmuration.${name}`;
  const notices = new TabNotices(databaseName);
  let opened: Promise<Database> | undefined;
  const forget = () => {
    opened = undefined;
  };

  const open = (): Promise<Database> => {
    opened ??= openDatabase(databaseName, forget).catch(cause => {
      forget();
      throw cause;
    });
    return opened;
  };

  /**
   * Runs `work`, again on a new connection if the current one was closed, by the browser or for another tab.
   */
  const use = async <Result>(work: (database: Database) => Promise<Result>): Promise<Result> => {
    try {
      try {
        return await work(await open());
      } catch (error) {
        if (nameOf(error) !== 'InvalidStateError') throw error;
        forget();
        return await work(await open());
      }
    } catch (error) {
      throw asStorageError(error);
    }
  };

  /** Writes in one transaction. Durable when it returns: `strict` waits for the disk. */
  const write = (work: (store: Store) => Promise<unknown>): Promise<void> =>
    use(async database => {
      const transaction = database.transaction(tableName, 'readwrite', { durability: 'strict' });
      const done = transaction.done;
      // A failed request aborts the transaction, whose error has the reason.
      await Promise.all([work(transaction.store).catch(() => done), done]);
    });

  const store = async (entry: string, bytes: Uint8Array): Promise<void> => {
    // In a task of its own: the browser copies the bytes again, which blocks the page.
    if (bytes.length > largeEntry) await nextTask();
    await write(table => table.put(bytes, entry));
    notices.tell(entry);
  };

  return {
    async get(entry) {
      const value: unknown = await use(database => database.get(tableName, entry));
      if (value === undefined || value instanceof Uint8Array) return value;
      await write(store => store.delete(entry));
      throw new MurmurationError(
        'storage.corrupt',
        `The entry ${entry} of the device's storage was no bytes; it has been deleted.`,
      );
    },
    // Copied: a view would store its whole buffer, and the caller may change it.
    put: (entry, bytes) => store(entry, new Uint8Array(bytes)),
    putParts: (entry, parts) => store(entry, concatBytes(...parts)),
    async delete(entry) {
      await write(store => store.delete(entry));
      notices.tell(entry);
    },
    async clear(except) {
      try {
        await write(async store => {
          const names = await store.getAllKeys();
          await Promise.all(names.filter(entry => !except.includes(entry)).map(entry => store.delete(entry)));
        });
      } catch (error) {
        // An unreadable database has nothing to keep.
        if (!(error instanceof MurmurationError) || error.code !== 'storage.failed') throw error;
        forget();
        await deleteDB(databaseName);
        await open();
      }
    },
    claim: (signal, waits) => claimLock(databaseName, signal, waits),
    watch: (entry, changed) => notices.watch(entry, changed),
  };
}

type Store = IDBPObjectStore<Entries, [typeof tableName], typeof tableName, 'readwrite'>;

async function openDatabase(name: string, lost: () => void): Promise<Database> {
  if (!globalThis.indexedDB)
    throw new MurmurationError(
      'storage.failed',
      'This browser gives the page no IndexedDB, as in some private windows. With memoryStorage() the device is another one after each reload.',
    );
  const database: Database = await openDB(name, databaseVersion, {
    upgrade: created => void created.createObjectStore(tableName),
    // Another tab wants to delete or upgrade the database.
    blocking: (_current, _blocked, event) => {
      (event.target as IDBDatabase).close();
      lost();
    },
    terminated: lost,
  });
  if (database.objectStoreNames.contains(tableName)) return database;
  // Our databases have the table from their first transaction on, so this one is not ours.
  database.close();
  await deleteDB(name);
  return openDatabase(name, lost);
}

/**
 * Waits for the lock of that name, and holds it until the returned function is called or the tab is gone (Web
 * Locks API). Throws the reason of `signal`, and `device.insecure` in a page without locks: two tabs acting
 * as one device would mask two updates alike.
 */
async function claimLock(
  name: string,
  signal: AbortSignal,
  waits: () => void = () => {},
): Promise<() => void> {
  const locks = globalThis.navigator?.locks as LockManager | undefined;
  if (!locks) throw new MurmurationError('device.insecure');
  signal.throwIfAborted();
  const hold = (options: LockOptions): Promise<(() => void) | undefined> =>
    new Promise((resolve, reject) => {
      locks
        .request(name, options, lock =>
          lock ? new Promise<void>(release => resolve(release)) : resolve(undefined),
        )
        .catch(cause => reject(signal.aborted ? signal.reason : asStorageError(cause)));
    });
  const held = await hold({ ifAvailable: true });
  if (held) return held;
  waits();
  return (await hold({ signal }))!;
}

const codes: Readonly<Record<string, ErrorCode>> = {
  QuotaExceededError: 'storage.full',
  VersionError: 'storage.newer',
};

function nameOf(error: unknown): string {
  return error instanceof Error || error instanceof DOMException ? error.name : '';
}

function asStorageError(error: unknown): MurmurationError {
  if (error instanceof MurmurationError) return error;
  const code = codes[nameOf(error)] ?? 'storage.failed';
  const message = error instanceof Error || error instanceof DOMException ? error.message : String(error);
  return new MurmurationError(code, `${details[code] ?? "The device's storage failed"}: ${message}`, {
    cause: error,
  });
}

const details: Readonly<Partial<Record<ErrorCode, string>>> = {
  'storage.full': "The browser gives the page no more room for the device's storage",
  'storage.newer': "The device's storage was written by a newer version of the SDK",
};
