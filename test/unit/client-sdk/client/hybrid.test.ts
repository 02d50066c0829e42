import type { ClientEvents } from '@murmuration/client-sdk/client/events';
import type { TaskOptions } from '@murmuration/client-sdk/client/options';
import { loadServedHybrid } from '@murmuration/client-sdk/hybrid/loaded-hybrid';
import { ngramCache } from '@murmuration/client-sdk/hybrid/ngram-cache';
import { memoryStorage } from '@murmuration/client-sdk/node';
import { utf8 } from '@murmuration/protocol/encoding/bytes';
import { modelPath } from '@murmuration/protocol/messages/channel';
import type { TrainingSettings } from '@murmuration/protocol/messages/plan';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { encodeModel } from '@murmuration/protocol/weights/model-files';
import { beforeAll, describe, expect, it } from 'vitest';
import { deviceOn, StillTrainer } from '../device.ts';
import { serving, stepping, steppingSequences, TableInference } from '../hybrid/scene.ts';
import { assignmentOf, MemoryCoordinator } from '../memory-coordinator.ts';

const code = (code: string) => expect.objectContaining({ code });

function clientWith(task: Partial<TaskOptions>, storage = memoryStorage()) {
  const clock = new VirtualClock();
  const coordinator = new MemoryCoordinator(clock);
  const trainer = new StillTrainer();
  const { client, errors } = deviceOn(coordinator, clock, storage, {
    keyboard: { examples: () => steppingSequences(2, 40), trainer, ...task },
    other: { examples: () => [], trainer },
  });
  const models: string[] = [];
  const personal: Parameters<ClientEvents['personal']>[0][] = [];
  client.on('model', ({ model }) => models.push(model));
  client.on('personal', event => personal.push(event));
  return { client, clock, coordinator, trainer, errors, models, personal };
}

const served = () => ({ hybrid: { serving, personal: [ngramCache()], inference: new TableInference() } });

/** Shows a version as the newest one. */
function publish(coordinator: MemoryCoordinator, files = stepping(1)): string {
  const { hash, json, weights, weightsHash } = encodeModel(files.topology, files.layout, files.weights);
  coordinator.files.set(modelPath(hash), json);
  coordinator.files.set(modelPath(hash).replace('model.json', `${weightsHash}.bin`), weights);
  coordinator.files.set(
    '/v1/tasks/keyboard/models?limit=1',
    utf8(JSON.stringify({ models: [{ model: hash }] })),
  );
  return hash;
}

beforeAll(loadServedHybrid);

describe('the hybrid model of a client', () => {
  it('is there for the tasks that the app serves, and no others', () => {
    const { client } = clientWith(served());
    expect(client.hybrid('keyboard')).toBe(client.hybrid('keyboard'));
    expect(() => client.hybrid('other')).toThrow(code('hybrid.not-served'));
    expect(() => client.hybrid('unknown')).toThrow(code('task.unknown'));
  });

  it('needs something that runs it, and says what that is on each platform', () => {
    expect(() => clientWith({ hybrid: { serving } })).toThrow(code('hybrid.not-served'));
    for (const name of ['"keyboard"', 'hybrid.inference', 'workerInference', 'jsInference', 'webViewTrainer'])
      expect(() => clientWith({ hybrid: { serving } })).toThrow(name);
  });

  it('learns from what is typed before the client was ever started', async () => {
    const { client } = clientWith(served());
    const hybrid = client.hybrid('keyboard');
    await expect(hybrid.predict([1])).rejects.toEqual(code('hybrid.no-model'));
    for (const sequence of steppingSequences(2, 4)) await hybrid.observe(sequence);
    expect(await hybrid.predict([1])).toMatchObject({ source: 'personal', model: null });
  });

  it('gets the newest version of a device that no round has chosen, and is fitted to it', async () => {
    const { client, clock, coordinator, models, personal, errors } = clientWith(served());
    const hash = publish(coordinator);
    await client.start();
    coordinator.connect();
    await clock.advance(0);
    expect(models).toEqual([hash]);
    expect(personal.at(-1)).toMatchObject({ task: 'keyboard', phase: 'ready', report: { model: hash } });
    expect(await client.hybrid('keyboard').predict([1])).toMatchObject({ source: 'hybrid', model: hash });
    expect(errors).toEqual([]);
    await client.stop();
  });

  it('sends nothing of what it learns', async () => {
    const { client, clock, coordinator } = clientWith(served());
    publish(coordinator);
    await client.start();
    coordinator.connect();
    await clock.advance(0);
    const hybrid = client.hybrid('keyboard');
    const sent: string[] = [];
    client.on('sent', ({ kind }) => sent.push(kind));
    for (const sequence of steppingSequences(3, 60)) await hybrid.observe(sequence);
    await hybrid.learn();
    for (const source of ['hybrid', 'global', 'personal'] as const) await hybrid.predict([1, 2], source);
    await clock.advance(0);
    expect(hybrid.report()!.questions).toBeGreaterThan(10);
    expect([sent, coordinator.uploads]).toEqual([[], []]);
    await client.stop();
  });

  it('goes on with what it has where the coordinator answers rubbish', async () => {
    const { client, clock, coordinator, errors } = clientWith(served());
    const hash = publish(coordinator);
    await client.start();
    coordinator.connect();
    await clock.advance(0);
    const other = publish(coordinator, stepping(4));
    coordinator.files.set(modelPath(other), utf8('{}'));
    coordinator.disconnect();
    coordinator.connect();
    await clock.advance(0);
    expect(errors).toEqual(['model.corrupt']);
    expect(await client.hybrid('keyboard').predict([1])).toMatchObject({ source: 'hybrid', model: hash });
    await client.stop();
  });

  it('does not learn while a round keeps the device busy', async () => {
    const { client, clock, coordinator, trainer, personal } = clientWith(served());
    let train = () => {};
    trainer.result = () =>
      new Promise(resolve => {
        train = () => resolve({ delta: new Float32Array(36), examples: 1, metrics: {} });
      });
    await client.start();
    coordinator.connect();
    await clock.advance(0);
    const learnings = () => personal.filter(({ phase }) => phase === 'learning').length;
    const before = learnings();
    const model = publish(coordinator);
    const training: TrainingSettings = { ...assignmentOf(clock).plan.training };
    coordinator.send('assignment', assignmentOf(clock, 'r1', { model: model as never, training }));
    await clock.advance(60_000);
    expect([trainer.running, learnings()]).toEqual([1, before]);
    // What the round brought serves all the same.
    expect(await client.hybrid('keyboard').predict([1], 'global')).toMatchObject({ model });
    train();
    await clock.advance(0);
    coordinator.send('round-end', {
      round: assignmentOf(clock).round,
      outcome: 'published',
      reason: 'published',
      after: 60_000,
    });
    await clock.advance(0);
    expect(personal.at(-1)).toMatchObject({ phase: 'ready', report: { model } });
    await client.stop();
    expect(clock.pending).toBe(0);
  });

  it('is forgotten with everything else', async () => {
    const storage = memoryStorage();
    const { client, clock, coordinator } = clientWith(served(), storage);
    publish(coordinator);
    await client.start();
    coordinator.connect();
    await clock.advance(0);
    expect(client.hybrid('keyboard').report()).not.toBeNull();
    const forgotten = client.forget().catch(() => {});
    await clock.advance(60_000);
    await forgotten;
    for (const entry of ['hybrid.keyboard', 'hybrid.keyboard.global', 'hybrid.keyboard.personal.ngram-cache'])
      expect(await storage.get(entry)).toBeUndefined();
    await expect(client.hybrid('keyboard').predict([1])).rejects.toEqual(code('hybrid.no-model'));
    expect(client.hybrid('keyboard').report()).toBeNull();
  });
});
