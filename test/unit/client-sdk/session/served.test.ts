import { isHeldOut } from '@murmuration/client-sdk/hybrid/held-out';
import { Verdicts } from '@murmuration/client-sdk/hybrid/verdicts';
import { MurmurationError } from '@murmuration/protocol/errors';
import type { ModelHash, TaskName } from '@murmuration/protocol/ids';
import { modelPath } from '@murmuration/protocol/messages/channel';
import { layoutOf } from '@murmuration/protocol/weights/layout';
import { encodeModel } from '@murmuration/protocol/weights/model-files';
import { describe, expect, it } from 'vitest';
import { deviceOn } from '../device.ts';
import { type Sequence, serving, steppingSequences, TableInference } from '../hybrid/scene.ts';
import { assignmentOf } from '../memory-coordinator.ts';
import { clock, coordinator, minute, storage } from './scene.ts';

const model = 'a'.repeat(64) as ModelHash;

/** A device that serves its task; it trains on nothing but remembers what it was given. */
function served(examples: readonly Sequence[]) {
  const given: unknown[][] = [];
  const trainer = {
    async train({ weights }: { weights: Float32Array }, _: unknown, lesson: readonly unknown[]) {
      given.push([...lesson]);
      return { delta: new Float32Array(weights.length).fill(0.1), examples: lesson.length, metrics: {} };
    },
    async close() {},
  };
  const hybrid = { serving, inference: new TableInference() };
  const tasks = { keyboard: { examples: () => examples, trainer, hybrid } };
  return { ...deviceOn(coordinator, clock, storage, tasks), given };
}

describe('a session whose task is served', () => {
  it('RD11: tells verdicts with its next check-in, until one has reached the coordinator', async () => {
    await new Verdicts(storage, 'keyboard' as TaskName).add({ model, verdict: 'refused' });
    const taken = coordinator.answers['check-in'];
    coordinator.answers['check-in'] = () => {
      throw new MurmurationError('server.internal');
    };
    const { client } = served([]);
    await client.start();
    coordinator.connect();
    await clock.advance(0);
    coordinator.answers['check-in'] = taken;
    await clock.advance(minute);
    coordinator.disconnect();
    coordinator.connect();
    await clock.advance(minute);
    const told = coordinator.asked['check-in'].map(({ verdicts }) => verdicts);
    expect(told).toEqual([[{ model, verdict: 'refused' }], [{ model, verdict: 'refused' }], undefined]);
    await client.stop();
  });

  it('teaches private layers nothing of what the personal models are compared on', async () => {
    const layout = layoutOf([
      { name: 'body/w', shape: [2] },
      { name: 'own/w', shape: [3] },
    ]);
    const version = encodeModel({}, layout, new Float32Array(5));
    const path = modelPath(version.hash);
    coordinator.files.set(path, version.json);
    coordinator.files.set(path.replace('model.json', `${version.weightsHash}.bin`), version.weights);
    const examples = steppingSequences(1, 30);
    const { client, given } = served(examples);
    await client.start();
    coordinator.connect();
    await clock.advance(0);
    for (const [round, privateLayers] of [
      ['r1', ['own']],
      ['r2', undefined],
    ] as const) {
      const plan = { model: version.hash, ...(privateLayers && { privateLayers: [...privateLayers] }) };
      coordinator.send('assignment', assignmentOf(clock, round, plan));
      await clock.advance(0);
    }
    const lesson = examples.filter(example => !isHeldOut(example, serving as never));
    expect(lesson.length).toBeLessThan(examples.length);
    expect(given).toEqual([lesson, examples]);
    await client.stop();
  });
});
