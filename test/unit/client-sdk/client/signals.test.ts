import { getEventListeners } from 'node:events';
import { loadServedHybrid } from '@murmuration/client-sdk/hybrid/loaded-hybrid';
import { predictionId } from '@murmuration/client-sdk/outcomes/prediction-id';
import { FollowedClient } from '@murmuration/client-sdk/react/federation-state';
import { memoryStorage } from '@murmuration/client-sdk/storage/memory';
import type { Storage } from '@murmuration/client-sdk/storage/storage';
import { settled, VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { beforeAll, describe, expect, it } from 'vitest';
import { deviceOn, StillTrainer } from '../device.ts';
import { serving, steppingSequences, TableInference } from '../hybrid/scene.ts';
import { MemoryCoordinator } from '../memory-coordinator.ts';

/** Of a prediction that was just made. */
const ofNow = predictionId({ model: null, at: new VirtualClock().now() }, 0);

type Client = ReturnType<typeof deviceOn>['client'];

/** A client whose storage answers nothing, once it is stuck. */
function scene() {
  const clock = new VirtualClock();
  const coordinator = new MemoryCoordinator(clock);
  const memory = memoryStorage();
  let asked = 0;
  let isStuck = true;
  const stuck =
    <Arguments extends unknown[], Result>(answer: (...args: Arguments) => Promise<Result>) =>
    (...args: Arguments): Promise<Result> => {
      asked += 1;
      return isStuck ? new Promise(() => {}) : answer(...args);
    };
  const storage: Storage = {
    ...memory,
    get: stuck(memory.get.bind(memory)),
    put: stuck(memory.put.bind(memory)),
    delete: stuck(memory.delete.bind(memory)),
    clear: stuck(memory.clear.bind(memory)),
  };
  const { client, errors } = deviceOn(coordinator, clock, storage, {
    keyboard: {
      examples: () => steppingSequences(2, 40),
      trainer: new StillTrainer(),
      hybrid: { serving, inference: new TableInference() },
    },
  });
  return {
    clock,
    coordinator,
    client,
    errors,
    asked: () => asked,
    mend: () => {
      isStuck = false;
    },
  };
}

/** Everything of the public API that waits for storage, network or worker. */
const waits: Readonly<Record<string, (client: Client, signal: AbortSignal) => Promise<unknown>>> = {
  start: (client, signal) => client.start(signal),
  setConsent: (client, signal) => client.setConsent(true, signal),
  hasConsent: (client, signal) => client.hasConsent(signal),
  acceptTopology: (client, signal) => client.acceptTopology('keyboard', 'a'.repeat(64), signal),
  forget: (client, signal) => client.forget(signal),
  predict: (client, signal) => client.hybrid('keyboard').predict([1], 'hybrid', signal),
  feedback: (client, signal) => client.hybrid('keyboard').feedback(ofNow, 'accepted', signal),
  observe: (client, signal) => client.hybrid('keyboard').observe([1], signal),
  learn: (client, signal) => client.hybrid('keyboard').learn(signal),
  async pause(client, signal) {
    void client.start();
    await settled();
    return client.pause(signal);
  },
  async resume(client, signal) {
    void client.start();
    await settled();
    return client.resume(signal);
  },
};
const codeOf = (name: string) => (name === 'learn' ? 'training.stopped' : 'app.aborted');

beforeAll(loadServedHybrid);

describe.each(Object.entries(waits))('the signal of %s', (name, wait) => {
  it('ends the wait with a coded error, and leaves no listener and no timer', async () => {
    const { client, clock, errors } = scene();
    const stop = new AbortController();
    const reason = new Error('the person went on');
    const result = wait(client, stop.signal);
    result.catch(() => {});
    await clock.advance(0);
    expect(getEventListeners(stop.signal, 'abort').length).toBeGreaterThan(0);
    stop.abort(reason);
    await expect(result).rejects.toMatchObject({ code: codeOf(name), cause: reason });
    await settled();
    expect(getEventListeners(stop.signal, 'abort')).toEqual([]);
    expect([clock.pending, errors]).toEqual([0, []]);
  });

  it('that is aborted already keeps it from beginning', async () => {
    const { client, asked } = scene();
    const signal = AbortSignal.abort();
    const before = /pause|resume/.test(name) ? 1 : 0;
    await expect(wait(client, signal)).rejects.toMatchObject({ code: codeOf(name) });
    await settled();
    expect(asked()).toBe(before);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  it('that is not aborted changes nothing', async () => {
    const { client, mend, coordinator } = scene();
    mend();
    const { signal } = new AbortController();
    coordinator.connect();
    const result = await wait(client, signal).then(
      () => 'done',
      error => error.code as string,
    );
    expect(['done', 'hybrid.no-model', 'request.not-found', 'server.unreachable']).toContain(result);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });
});

it('a start that is aborted leaves the client as after stop, and another start begins', async () => {
  const { client, clock, mend } = scene();
  const stop = new AbortController();
  const started = client.start(stop.signal);
  stop.abort();
  await expect(started).rejects.toMatchObject({ code: 'app.aborted' });
  mend();
  expect(client.state.state).toBe('off');
  expect(clock.pending).toBe(0);
});

it('the wait of forget for its coordinator ends, and the rest is done', async () => {
  const clock = new VirtualClock();
  const coordinator = new MemoryCoordinator(clock);
  const storage = memoryStorage();
  const { client } = deviceOn(coordinator, clock, storage, {
    keyboard: { examples: () => [], trainer: new StillTrainer() },
  });
  await client.start();
  coordinator.connect();
  await clock.advance(0);
  const stop = new AbortController();
  const forgotten = client.forget(stop.signal);
  forgotten.catch(() => {});
  await clock.advance(0);
  stop.abort();
  await expect(forgotten).rejects.toMatchObject({ code: 'app.aborted' });
  await clock.advance(0);
  expect([clock.pending, coordinator.isOpen]).toEqual([0, false]);
  expect(getEventListeners(stop.signal, 'abort')).toEqual([]);
  expect(await storage.get('consent')).toBeUndefined();
});

it('the functions of the hook useFederation hand their signals on', async () => {
  const { client } = scene();
  const followed = new FollowedClient();
  const end = followed.follow(client, false);
  const signal = AbortSignal.abort();
  for (const wait of [
    followed.setConsent(true, signal),
    followed.pause(true, signal),
    followed.pause(false, signal),
    followed.forget(signal),
  ])
    await expect(wait).rejects.toMatchObject({ code: 'app.aborted' });
  end();
});
