import { describe, expect, it } from 'vitest';
import { putParts, type Storage } from '../storage/storage.ts';

/**
 * Tests the contract of a device's storage; `open` returns one over the same entries each time until `empty`.
 */
export function storageContract(
  name: string,
  adapter: { open(): Storage; empty(): Promise<void>; readonly durable: boolean },
): void {
  describe(`the storage of a device, ${name}`, () => {
    const fresh = async () => {
      await adapter.empty();
      return adapter.open();
    };
    entryContract(fresh);
    claimContract(adapter, fresh);

    it.runIf(adapter.durable)('has it again after a restart', async () => {
      await (await fresh()).put('identity', Uint8Array.of(1, 2, 3));
      expect(await adapter.open().get('identity')).toEqual(Uint8Array.of(1, 2, 3));
    });
  });
}

type Fresh = () => Promise<Storage>;

/** Tests of entries. */
function entryContract(fresh: Fresh): void {
  it('has nothing at first', async () => {
    expect(await (await fresh()).get('identity')).toBeUndefined();
  });

  it('gives back what was put, whatever the bytes', async () => {
    const storage = await fresh();
    const bytes = Uint8Array.from({ length: 70_000 }, (_, i) => i);
    await storage.put('model.keyboard.weights', bytes);
    await storage.put('empty', new Uint8Array(0));
    const read = await storage.get('model.keyboard.weights');
    expect(read).toBeInstanceOf(Uint8Array);
    expect(read).toEqual(bytes);
    expect(await storage.get('empty')).toEqual(new Uint8Array(0));
  });

  it('puts parts as one entry, one behind the other', async () => {
    const storage = await fresh();
    const parts = [
      Uint8Array.of(1, 2),
      new Uint8Array(0),
      new Uint8Array(9).subarray(3, 5),
      Uint8Array.of(3),
    ];
    await putParts(storage, 'session.a', parts);
    expect(await storage.get('session.a')).toEqual(Uint8Array.of(1, 2, 0, 0, 3));
    await putParts(storage, 'session.a', [Uint8Array.of(4)]);
    expect(await storage.get('session.a')).toEqual(Uint8Array.of(4));
    await putParts(storage, 'session.a', []);
    expect(await storage.get('session.a')).toEqual(new Uint8Array(0));
  });

  it('replaces what was there, longer or shorter', async () => {
    const storage = await fresh();
    for (const length of [10, 3, 12]) {
      await storage.put('device', new Uint8Array(length).fill(length));
      expect(await storage.get('device')).toEqual(new Uint8Array(length).fill(length));
    }
  });

  it('takes changes of one name that come at once, in their order', async () => {
    const storage = await fresh();
    const puts = Array.from({ length: 12 }, (_, i) => storage.put('device', new Uint8Array(2_000).fill(i)));
    await Promise.all(puts);
    expect(await storage.get('device')).toEqual(new Uint8Array(2_000).fill(11));
    await Promise.all([storage.put('device', Uint8Array.of(1)), storage.delete('device')]);
    expect(await storage.get('device')).toBeUndefined();
  });

  it('keeps names apart', async () => {
    const storage = await fresh();
    const names = ['session.a', 'session.a.b', 'session/a', 'SESSION%2Fa', 'sitzung.ü'];
    for (const [i, each] of names.entries()) await storage.put(each, Uint8Array.of(i));
    for (const [i, each] of names.entries()) expect(await storage.get(each)).toEqual(Uint8Array.of(i));
  });

  it('forgets what is deleted, and nothing else; deleting twice is harmless', async () => {
    const storage = await fresh();
    await storage.put('a', Uint8Array.of(1));
    await storage.put('b', Uint8Array.of(2));
    await storage.delete('a');
    await storage.delete('a');
    expect(await storage.get('a')).toBeUndefined();
    expect(await storage.get('b')).toEqual(Uint8Array.of(2));
  });

  it('erases everything but what it has to keep, and goes on', async () => {
    const storage = await fresh();
    await storage.clear([]);
    const names = ['identity', 'personal/ü', 'session.a', 'session.a.new'];
    for (const name of names) await storage.put(name, Uint8Array.of(1));
    await storage.clear(['identity', 'personal/ü', 'never there']);
    const kept = [];
    for (const name of names) kept.push(await storage.get(name));
    expect(kept).toEqual([Uint8Array.of(1), Uint8Array.of(1), undefined, undefined]);
    await storage.put('session.a', Uint8Array.of(2));
    expect(await storage.get('session.a')).toEqual(Uint8Array.of(2));
  });

  it('keeps what was put when its caller changes the bytes before or after', async () => {
    const storage = await fresh();
    const bytes = Uint8Array.of(1, 2, 3);
    await storage.put('a', bytes);
    bytes[0] = 9;
    (await storage.get('a'))![1] = 9;
    expect(await storage.get('a')).toEqual(Uint8Array.of(1, 2, 3));
  });
}

/** Tests of claims. */
function claimContract(adapter: { open(): Storage; readonly durable: boolean }, fresh: Fresh): void {
  describe('that several clients have', () => {
    const never = () => new AbortController().signal;
    /** Returns pairs of storages over the same entries: one object twice and, if durable, two objects. */
    const pairs = async (): Promise<[Storage, Storage][]> => {
      const storage = await fresh();
      return [
        [storage, storage],
        ...(adapter.durable ? [[storage, adapter.open()] as [Storage, Storage]] : []),
      ];
    };

    it('is one client’s at a time, and the next one’s once that has gone', async () => {
      for (const [mine, theirs] of await pairs()) {
        const order: string[] = [];
        const release = await mine.claim(never());
        let waits = () => {};
        const isWaiting = new Promise<void>(resolve => {
          waits = resolve;
        });
        const next = theirs.claim(never(), waits).then(letGo => {
          order.push('next');
          return letGo;
        });
        await isWaiting;
        await mine.put('device', Uint8Array.of(1));
        order.push('first is over');
        release();
        // A second release must not admit another client.
        release();
        const letGo = await next;
        expect(order).toEqual(['first is over', 'next']);
        letGo();
      }
    });

    it('calls nobody who no longer waits', async () => {
      for (const [mine, theirs] of await pairs()) {
        const release = await mine.claim(never());
        const stop = new AbortController();
        const reason = new Error('no longer wanted');
        await expect(theirs.claim(stop.signal, () => stop.abort(reason))).rejects.toBe(reason);
        release();
        (await mine.claim(never()))();
        await expect(theirs.claim(stop.signal)).rejects.toBe(reason);
      }
    });

    it('is never two clients’, however many want it at once', async () => {
      for (const [mine, theirs] of await pairs()) {
        let active = 0;
        const turns = Array.from({ length: 12 }, async (_, i) => {
          const release = await (i % 2 ? mine : theirs).claim(never());
          expect(++active).toBe(1);
          await mine.put('turn', Uint8Array.of(i));
          active -= 1;
          release();
        });
        await Promise.all(turns);
      }
    });

    it('keeps its entries, and nothing else, from one to the next', async () => {
      const storage = await fresh();
      (await storage.claim(never()))();
      await storage.put('identity', Uint8Array.of(1));
      const release = await storage.claim(never());
      await storage.clear(['identity']);
      expect(await storage.get('identity')).toEqual(Uint8Array.of(1));
      let isOver = false;
      const next = storage.claim(never()).then(letGo => {
        expect(isOver).toBe(true);
        letGo();
      });
      await storage.put('device', Uint8Array.of(2));
      isOver = true;
      release();
      await next;
    });
  });
}
