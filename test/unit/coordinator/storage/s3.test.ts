// @module-tag postgresql
// @module-tag s3

import { parseConfig } from '@murmuration/coordinator/assembly/config';
import { createCoordinator } from '@murmuration/coordinator/assembly/main';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import type { Clock } from '@murmuration/protocol/time/clock';
import { systemClock } from '@murmuration/protocol/time/system-clock';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { contentHash } from '@murmuration/protocol/weights/model-files';
import { blobsContract } from '@murmuration/rounds/testing/blobs';
import { S3Objects } from '@murmuration/storage/objects/s3-objects';
import type { S3Settings } from '@murmuration/storage/objects/s3-settings';
import { openPostgresqlStorage } from '@murmuration/storage/postgresql/storage';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { enrolmentToken, eventOf, lineClient, lineTask } from '../../../e2e/line.ts';
import { hurriedClock } from '../../../hurried-clock.ts';
import { PostgresqlServer } from '../../../postgresql-server.ts';
import { S3Server } from '../../../s3-server.ts';
import { seededRandom } from '../../../seeded-random.ts';

type Opened = Awaited<ReturnType<typeof openPostgresqlStorage>>;

let postgresql: PostgresqlServer;
let s3: S3Server;
let address: string;
let settings: S3Settings;
const opened: Opened[] = [];

beforeAll(async () => {
  [postgresql, s3] = await Promise.all([PostgresqlServer.start(), S3Server.start()]);
});
afterEach(async () => {
  for (const storage of opened.splice(0)) await storage.close();
});
afterAll(async () => {
  await postgresql?.remove();
  await s3?.stop();
});

const objects = (given = settings) => new S3Objects(given, systemClock, seededRandom(1));
async function keys(): Promise<string[]> {
  const found: string[] = [];
  for await (const key of objects().keys()) found.push(key);
  return found;
}

async function again(
  clock: Clock = new VirtualClock(1_000),
  given?: S3Objects | null,
  role: 'all' | 'cell' = 'all',
): Promise<Opened> {
  const storage = await openPostgresqlStorage(address, clock, {
    role,
    objects: given === null ? undefined : (given ?? objects()),
  });
  opened.push(storage);
  return storage;
}

/** An empty storage whose blobs go into a bucket that nobody has used. */
async function open(clock?: Clock, given?: S3Objects | null): Promise<Opened> {
  for (const storage of opened.splice(0)) await storage.close();
  address = await postgresql.freshDatabase();
  settings = await s3.freshBucket('murmuration/');
  return again(clock, given);
}

async function close(storage: Opened): Promise<void> {
  await opened.splice(opened.indexOf(storage), 1)[0]!.close();
}

blobsContract(
  'a bucket of S3',
  async clock => (await open(clock)).blobs,
  async () => {
    await close(opened.at(-1)!);
    return (await again()).blobs;
  },
);

/** Counts requests, and does what a test says before one. */
class Watched extends S3Objects {
  readonly asked: string[] = [];
  before: (what: string, key: string) => Promise<void> = async () => {};

  override async put(key: string, bytes: Uint8Array, sha256: string): Promise<void> {
    await this.#asked('put', key);
    return super.put(key, bytes, sha256);
  }
  override async read(key: string, start?: number, end?: number): Promise<Uint8Array | undefined> {
    await this.#asked('read', key);
    return super.read(key, start, end);
  }
  override async delete(key: string): Promise<void> {
    await this.#asked('delete', key);
    return super.delete(key);
  }
  override async *keys(): AsyncIterable<string> {
    await this.#asked('keys', '');
    yield* super.keys();
  }
  async #asked(what: string, key: string): Promise<void> {
    this.asked.push(what);
    await this.before(what, key);
  }
}
const watched = () => new Watched(settings, systemClock, seededRandom(1));

/** A store in which an object is stored once `stored` settles, and whose `put` goes on when `release` is called. */
class Held extends Watched {
  #begin = () => {};
  #end = () => {};
  readonly stored = new Promise<void>(resolve => {
    this.#begin = resolve;
  });
  readonly #released = new Promise<void>(resolve => {
    this.#end = resolve;
  });

  override async put(key: string, bytes: Uint8Array, sha256: string): Promise<void> {
    await super.put(key, bytes, sha256);
    this.#begin();
    await this.#released;
  }
  release(): void {
    this.#end();
  }
}

describe('models in a bucket', () => {
  it('are no bytes of the database, lie under the prefix, and are stored once', async () => {
    const { blobs } = await open();
    const hash = await blobs.put(Uint8Array.of(1, 2, 3));
    await blobs.put(Uint8Array.of(1, 2, 3));
    expect(await keys()).toEqual([expect.stringMatching(new RegExp(`^${hash}\\.1\\.1$`))]);
    // Seen from outside: the prefix is part of the key.
    const whole = new S3Objects({ ...settings, prefix: '' }, systemClock, seededRandom(1));
    for await (const key of whole.keys()) expect(key).toMatch(/^murmuration\//);
  });

  it('are read through by a few requests, and a part by a small one', async () => {
    await open();
    const store = watched();
    await close(opened.at(-1)!);
    const { blobs } = await again(undefined, store);
    const bytes = Uint8Array.from({ length: 6 << 20 }, (_, i) => i ^ (i >> 8));
    const hash = await blobs.put(bytes);
    store.asked.length = 0;
    const { length, read } = await blobs.open(hash);
    expect([length, store.asked.length]).toEqual([bytes.length, 4]);
    for await (const part of read(5_000_000, 5_000_010))
      expect([...part]).toEqual([...bytes.subarray(5_000_000, 5_000_010)]);
    expect(store.asked).toHaveLength(5);
  });

  it('go on beside those that the database had before', async () => {
    const { blobs } = await open(undefined, null);
    const inDatabase = await blobs.put(Uint8Array.of(1));
    await close(opened.at(-1)!);
    const both = (await again()).blobs;
    const inBucket = await both.put(Uint8Array.of(2));
    expect(await both.put(Uint8Array.of(1))).toBe(inDatabase);
    expect(await keys()).toHaveLength(1);
    expect([...(await both.get(inDatabase)), ...(await both.get(inBucket))]).toEqual([1, 2]);
    await close(opened.at(-1)!);
    await expect(again(undefined, null)).rejects.toMatchObject({
      code: 'config.invalid',
      detail: expect.stringContaining('"s3"'),
    });
  });

  it('lose nothing where a put is cut off, and what it left is swept away', async () => {
    const first = await open();
    const hash = await first.blobs.put(Uint8Array.of(1));
    // A process died between the object and its row.
    await new S3Objects(settings, systemClock, seededRandom(1)).put(
      `${'a'.repeat(64)}.1.99`,
      Uint8Array.of(9),
      contentHash(Uint8Array.of(9)),
    );
    await close(first);
    const second = await again();
    expect(await keys()).toHaveLength(2);
    expect(await second.blobs.sweep(new Set([hash]), 2_000)).toEqual([]);
    expect(await keys()).toEqual([`${hash}.1.1`]);
    expect([...(await second.blobs.get(hash))]).toEqual([1]);
  });

  it('are not deleted by a coordinator that was replaced in the middle of its sweep', async () => {
    await open();
    await close(opened.at(-1)!);
    const store = watched();
    const first = await again(undefined, store);
    const hash = await first.blobs.put(Uint8Array.of(1));
    let replace: Promise<string> | undefined;
    // Its row is deleted; the object is about to be. Meanwhile another coordinator takes over, and puts the same bytes.
    store.before = async what => {
      if (what !== 'delete') return;
      replace ??= (async () => {
        await close(first).catch(() => {});
        return (await again()).blobs.put(Uint8Array.of(1));
      })();
      await replace;
    };
    expect(await first.blobs.sweep(new Set(), 2_000)).toEqual([hash]);
    expect(await replace).toBe(hash);
    const second = opened.at(-1)!;
    expect([...(await second.blobs.get(hash))]).toEqual([1]);
    const left = await keys();
    expect(left).toEqual([expect.stringMatching(`^${hash}\\.`)]);
    // And a later sweep of the one before, which still lives, deletes nothing at all.
    await expect(first.blobs.sweep(new Set(), 3_000)).rejects.toBeDefined();
    expect(await keys()).toEqual(left);
  });

  it.each([
    ['before the keys are listed', 'while others are deleted'],
    ['before the keys are listed', 'after it'],
    ['when the keys are listed', 'while others are deleted'],
    ['when the keys are listed', 'after it'],
  ])('are not swept away while they are put: stored %s, and named %s', async (begins, ends) => {
    await open();
    await close(opened.at(-1)!);
    // An object that nothing names, and that is listed and deleted before all others.
    const left = Uint8Array.of(9);
    await objects().put(`${'0'.repeat(64)}.1.99`, left, contentHash(left));
    const store = new Held(settings, systemClock, seededRandom(1));
    const { blobs } = await again(undefined, store);
    let put: Promise<string> | undefined;
    const begin = async () => {
      put = blobs.put(Uint8Array.of(1));
      await store.stored;
    };
    if (begins.startsWith('before')) await begin();
    store.before = async what => {
      if (what === 'keys' && !put) await begin();
      if (what !== 'delete' || !ends.startsWith('while')) return;
      store.release();
      await put;
    };
    await blobs.sweep(new Set(), 0);
    store.release();
    const hash = await put!;
    expect(await keys()).toEqual([expect.stringMatching(`^${hash}\\.`)]);
    expect([...(await objects().read((await keys())[0]!))!]).toEqual([1]);
  });

  it('are not swept away by one cell while another one puts them', async () => {
    await open();
    await close(opened.at(-1)!);
    const store = new Held(settings, systemClock, seededRandom(1));
    const first = await again(undefined, store, 'cell');
    const second = await again(undefined, objects(), 'cell');
    const put = first.blobs.put(Uint8Array.of(1));
    await store.stored;
    await second.blobs.sweep(new Set(), 0);
    store.release();
    const hash = await put;
    expect([...(await second.blobs.get(hash))]).toEqual([1]);
    expect(await keys()).toHaveLength(1);
  });

  it('are missed aloud where a sweep can not delete them, and go with the next one that can', async () => {
    await open();
    await close(opened.at(-1)!);
    const store = watched();
    const { blobs } = await again(undefined, store);
    await blobs.put(Uint8Array.of(1));
    let isRefused = true;
    store.before = async what => {
      if (what === 'delete' && isRefused) throw new MurmurationError('storage.failed', 'Not allowed.');
    };
    await expect(blobs.sweep(new Set(), 2_000)).rejects.toMatchObject({ code: 'storage.failed' });
    isRefused = false;
    await blobs.sweep(new Set(), 2_000);
    expect(await keys()).toEqual([]);
  });

  it('are told by a coordinator where a sweep can not delete them, whose rounds go on', async () => {
    await open();
    await close(opened.at(-1)!);
    const store = watched();
    const storage = await again(systemClock, store);
    const clock = hurriedClock(10);
    const coordinator = await createCoordinator(
      parseConfig({
        port: 0,
        log: 'silent',
        enrolmentTokens: [enrolmentToken],
        retention: { versions: 1 },
      }),
      [lineTask({ deadlines: { gathering: '50 s', updates: '50 s' } })],
      { clock, random: systemRandom, storage },
    );
    const faults: [where: string, error: unknown][] = [];
    coordinator.events.on('fault', (where, error) => faults.push([where, error]));
    const why = new MurmurationError('storage.failed', 'Not allowed.');
    store.before = async what => {
      if (what === 'keys') throw why;
    };
    const devices = [0, 1, 2].map(at => lineClient(coordinator.url, at, undefined, clock));
    try {
      for (const device of devices) await device.start();
      await coordinator.start();
      await expect.poll(() => faults.length).toBeGreaterThan(0);
      expect(faults[0]).toEqual([
        expect.stringMatching(/^deleting old versions after round \d+ of line$/),
        why,
      ]);
      await eventOf(coordinator.events, 'version');
    } finally {
      for (const device of devices) await device.stop();
      await coordinator.stop();
    }
  });

  it('are told at the start to be out of reach', async () => {
    await open();
    await close(opened.at(-1)!);
    const other = new S3Objects({ ...settings, bucket: 'no-such-bucket' }, systemClock, seededRandom(1));
    await expect(again(undefined, other)).rejects.toMatchObject({
      code: 'storage.failed',
      detail: expect.stringContaining('there is no bucket no-such-bucket'),
    });
    // Nothing keeps the database from a right start afterwards.
    await again();
  });

  it('are told of where an object is gone or is not what it was', async () => {
    const { blobs } = await open();
    const hash = await blobs.put(Uint8Array.of(1, 2, 3));
    const [key = ''] = await keys();
    const other = Uint8Array.of(3, 2, 1);
    await objects().put(key, other, contentHash(other));
    for (const read of [() => blobs.get(hash), () => blobs.open(hash)])
      await expect(read()).rejects.toMatchObject({ code: 'model.corrupt' });
    await objects().delete(key);
    for (const read of [() => blobs.get(hash), () => blobs.open(hash)])
      await expect(read()).rejects.toMatchObject({ code: 'model.missing' });
  });
});
