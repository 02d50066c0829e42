import { fineTuned } from '@murmuration/client-sdk/hybrid/fine-tuned';
import { ngramCache } from '@murmuration/client-sdk/hybrid/ngram-cache';
import { memoryStorage } from '@murmuration/client-sdk/storage/memory';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { settled } from '@murmuration/protocol/time/virtual-clock';
import { describe, expect, it } from 'vitest';
import { hybridOn, stepping, steppingSequences } from './scene.ts';

const code = (code: string) => expect.objectContaining({ code });

/** A device that is in use from the moment on at which it has learned: no idle time comes. */
async function inUse(options: Parameters<typeof hybridOn>[0] = {}, first = stepping(2)) {
  const use = { idle: false };
  const it = hybridOn({ isIdle: () => use.idle, ...options });
  it.device.newest = first;
  it.device.examples = steppingSequences(2, 40);
  await it.hybrid.learn();
  it.events.length = 0;
  return { ...it, use, first };
}

/** Lets the next trainings of a device wait until it is called. */
function held(trainer: { gate: Promise<void> }): () => void {
  let open = () => {};
  trainer.gate = new Promise(resolve => {
    open = resolve;
  });
  return () => open();
}

describe('a version that arrives', () => {
  it('serves at once on a device in use, and the personal models are fitted to it once the device is idle', async () => {
    const { hybrid, device, trainer, use, clock, events, errors, inference } = await inUse({
      personal: [fineTuned(), ngramCache()],
    });
    const [lambda, trainings] = [hybrid.report()!.lambda, trainer.trainings];
    device.newest = stepping(2, 4);
    await hybrid.arrived();
    await clock.advance(600_000);
    expect(await hybrid.predict([1], 'global')).toMatchObject({ model: device.newest.hash });
    expect((await hybrid.predict([1], 'personal')).source).toBe('personal');
    expect([hybrid.report()!.lambda, trainer.trainings]).toEqual([lambda, trainings]);
    expect(events).toMatchObject([{ phase: 'ready', progress: 1 }]);
    use.idle = true;
    hybrid.consider();
    await settled();
    expect(trainer.trainings).toBe(trainings + 1);
    expect(hybrid.report()!.model).toBe(device.newest.hash);
    expect(errors).toEqual([]);
    expect(inference.running.size).toBe(2);
  });

  it('is the first one: predictions begin, whether the device is in use or not', async () => {
    const { hybrid, device } = hybridOn({ isIdle: () => false });
    await hybrid.start();
    await expect(hybrid.predict([1])).rejects.toEqual(code('hybrid.no-model'));
    device.newest = stepping(3);
    await hybrid.arrived();
    expect(await hybrid.predict([1])).toMatchObject({ source: 'global', model: device.newest.hash });
  });

  it('is judged before it serves: one that does worse is left, once, and nothing is learned for it', async () => {
    const { hybrid, device, first, versions, use, trainer } = await inUse({ personal: [fineTuned()] });
    const { trainings } = trainer;
    device.newest = stepping(4);
    await hybrid.arrived();
    await hybrid.arrived();
    use.idle = true;
    hybrid.consider();
    await settled();
    expect((await hybrid.predict([1])).model).toBe(first.hash);
    expect(versions).toMatchObject([{ model: device.newest.hash, verdict: 'refused', serving: first.hash }]);
    expect(trainer.trainings).toBe(trainings);
  });

  it('serves again after a restart, though nothing was learned meanwhile', async () => {
    const storage = memoryStorage();
    const { hybrid, device } = await inUse({ storage, personal: [ngramCache()] });
    const next = stepping(2, 4);
    device.newest = next;
    await hybrid.arrived();
    await hybrid.stop();
    const again = hybridOn({ storage, personal: [ngramCache()], isIdle: () => false });
    expect(await again.hybrid.predict([1])).toMatchObject({ model: next.hash });
  });

  it('leaves everything as it is where the storage is full', async () => {
    const storage = memoryStorage();
    const { hybrid, device, first, errors, inference } = await inUse({ storage });
    storage.put = async () => {
      throw new MurmurationError('storage.full');
    };
    device.newest = stepping(2, 4);
    await hybrid.arrived(true);
    expect(errors).toEqual([code('storage.full')]);
    expect((await hybrid.predict([1])).model).toBe(first.hash);
    expect(inference.running.size).toBe(1);
  });

  it('waits for what is being learned, and serves then', async () => {
    const { hybrid, device, trainer, inference } = await inUse({ personal: [fineTuned()] });
    const open = held(trainer);
    const learning = hybrid.learn();
    await settled();
    device.newest = stepping(2, 4);
    const arrived = hybrid.arrived();
    await settled();
    open();
    await Promise.all([learning, arrived]);
    expect((await hybrid.predict([1])).model).toBe(device.newest.hash);
    expect(inference.running.size).toBe(2);
  });

  it('may wait for idle time where the app wants that', async () => {
    const { hybrid, device, first, use } = await inUse({ adopt: 'when-idle', personal: [fineTuned()] });
    device.newest = stepping(2, 4);
    await hybrid.arrived();
    expect((await hybrid.predict([1])).model).toBe(first.hash);
    use.idle = true;
    hybrid.consider();
    await settled();
    expect((await hybrid.predict([1])).model).toBe(device.newest.hash);
  });
});

describe('a version that the coordinator names', () => {
  it.each(['at-once', 'when-idle'] as const)('waits for nothing: %s', async adopt => {
    const { hybrid, device, versions } = await inUse({ adopt, personal: [fineTuned()] });
    device.newest = stepping(2, 4);
    await hybrid.arrived(true);
    expect((await hybrid.predict([1])).model).toBe(device.newest.hash);
    expect(versions).toMatchObject([{ verdict: 'kept' }]);
  });

  it('is judged as any other', async () => {
    const { hybrid, device, first, versions } = await inUse();
    device.newest = stepping(4);
    await hybrid.arrived(true);
    expect((await hybrid.predict([1])).model).toBe(first.hash);
    expect(versions).toMatchObject([{ verdict: 'refused' }]);
  });

  it('does not wait for what is being learned from the one that was withdrawn', async () => {
    const { hybrid, device, trainer, errors, inference } = await inUse({ personal: [fineTuned()] });
    const open = held(trainer);
    const learning = hybrid.learn();
    await settled();
    device.newest = stepping(2, 4);
    const arrived = hybrid.arrived(true);
    // The training that was under way ends where it is told to.
    open();
    await arrived;
    expect((await hybrid.predict([1])).model).toBe(device.newest.hash);
    // What was asked for is learned all the same, from the version that serves now.
    await learning;
    expect(hybrid.report()!.model).toBe(device.newest.hash);
    expect((await hybrid.predict([1])).model).toBe(device.newest.hash);
    expect(errors).toEqual([]);
    expect(inference.running.size).toBe(2);
  });

  it('leaves nothing behind on a device that stops meanwhile', async () => {
    const { hybrid, device, inference, errors } = await inUse({ personal: [fineTuned()] });
    device.newest = stepping(2, 4);
    const arrived = hybrid.arrived(true);
    await hybrid.stop();
    await arrived;
    expect(inference.running.size).toBe(0);
    expect(errors).toEqual([]);
  });
});
