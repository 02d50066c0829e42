import { putParts } from '@murmuration/client-sdk/storage/storage';
import { DeviceStorages } from '@murmuration/simulations/devices/device-storage';
import { describe, expect, it } from 'vitest';

const update = () => new Uint8Array(100_000).fill(7);
const small = Uint8Array.of(1, 2, 3);

describe('the storage of a virtual device', () => {
  it('gives back what it was given', async () => {
    const storage = new DeviceStorages(1).open(0);
    await putParts(storage, 'session.letters', [small, update()]);
    const bytes = (await storage.get('session.letters'))!;
    expect(bytes).toHaveLength(100_003);
    expect([...bytes.subarray(0, 4)]).toEqual([1, 2, 3, 7]);
  });

  it('frees the update of a session that is over', async () => {
    const storage = new DeviceStorages(1).open(0);
    const made = update();
    await putParts(storage, 'session.letters', [small, made]);
    await storage.delete('session.letters');
    expect(made.buffer.byteLength).toBe(0);
    expect(small).toHaveLength(3);
    expect(await storage.get('session.letters')).toBeUndefined();
  });

  it('keeps an update for as long as the session has it, and no longer', async () => {
    const storage = new DeviceStorages(1).open(0);
    const made = update();
    await putParts(storage, 'session.letters', [small, made]);
    await putParts(storage, 'session.letters', [Uint8Array.of(9), made]);
    expect((await storage.get('session.letters'))!.subarray(0, 2)).toEqual(Uint8Array.of(9, 7));
    await putParts(storage, 'session.letters', [small]);
    expect(made.buffer.byteLength).toBe(0);
    expect(await storage.get('session.letters')).toEqual(small);
  });

  it('frees nothing that belongs to more than the session', async () => {
    const storage = new DeviceStorages(1).open(0);
    const shared = new Uint8Array(200_000);
    const [part, other] = [shared.subarray(0, 100_000), update()];
    await putParts(storage, 'session.letters', [part]);
    await storage.put('kept.letters', other);
    await storage.delete('session.letters');
    await storage.delete('kept.letters');
    expect(shared).toHaveLength(200_000);
    expect(other).toHaveLength(100_000);
  });

  it('has for a device that comes back what lasts, and nothing of its session', async () => {
    const storages = new DeviceStorages(1);
    const storage = storages.open(3);
    await storage.put('private.letters', update());
    await storage.put('session.letters', update());
    const back = storages.open(3);
    expect(await back.get('private.letters')).toEqual(update());
    expect(await back.get('session.letters')).toBeUndefined();
    expect(await back.get('identity')).toEqual(await storage.get('identity'));
  });
});
