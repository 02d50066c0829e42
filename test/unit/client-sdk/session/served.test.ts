import { isHeldOut } from '@murmuration/client-sdk/hybrid/held-out';
import { Verdicts } from '@murmuration/client-sdk/hybrid/verdicts';
import { loadForm } from '@murmuration/client-sdk/private-layers/private-layers';
import type { ModelHash, TaskName } from '@murmuration/protocol/ids/ids';
import { modelPath } from '@murmuration/protocol/messages/channel';
import { packedLength } from '@murmuration/protocol/secagg/ring';
import { headerLength } from '@murmuration/protocol/weights/codec';
import { layoutOf } from '@murmuration/protocol/weights/layout';
import { encodeModel } from '@murmuration/protocol/weights/model-files';
import { quantizationFor } from '@murmuration/protocol/weights/quantize';
import { beforeEach, describe, expect, it } from 'vitest';
import { deviceOn } from '../device.ts';
import { type Sequence, serving, steppingSequences, TableInference } from '../hybrid/scene.ts';
import { assignmentOf } from '../memory-coordinator.ts';
import { clock, coordinator, newScene, storage } from './scene.ts';

beforeEach(newScene);

const model = 'a'.repeat(64) as ModelHash;

/** A device that serves its task; it trains on nothing but remembers what it was given. */
function served(examples: readonly Sequence[], of = serving) {
  const given: unknown[][] = [];
  const trainer = {
    async train({ weights }: { weights: Float32Array }, _: unknown, training: readonly unknown[]) {
      given.push([...training]);
      return { delta: new Float32Array(weights.length).fill(0.1), examples: training.length, metrics: {} };
    },
    async close() {},
  };
  const hybrid = { serving: of, inference: new TableInference() };
  const tasks = { keyboard: { examples: () => examples, trainer, hybrid } };
  return { ...deviceOn(coordinator, clock, storage, tasks), given };
}

describe('a session whose task is served', () => {
  it('RD11: says nothing of a version in a round that does not mask, though its plan names one', async () => {
    const verdicts = new Verdicts(storage, 'keyboard' as TaskName);
    await verdicts.add(model, 'refused');
    const { client } = served([[1, 2]]);
    await client.start();
    coordinator.connect();
    await clock.advance(0);
    const plain = assignmentOf(clock, 'r1', { judged: model });
    coordinator.send('assignment', plain);
    await clock.advance(0);
    const { count } = layoutOf([{ name: 'w', shape: [8] }]);
    const settings = { ...plain.plan.update, largestCohort: plain.plan.largestCohort };
    const { width } = quantizationFor(count, settings);
    expect(coordinator.uploads[0]!.bytes).toHaveLength(headerLength + packedLength(count + 1, width));
    expect(await verdicts.tell(model)).toBe('refused');
    await client.stop();
  });

  it.each([
    ['more', 9, 'update the app'],
    ['fewer', 4, 'a version with these is to come'],
  ])(
    'VG8: leaves a round whose version knows %s classes than its app, and says why',
    async (_, units, advice) => {
      const layout = layoutOf([{ name: 'out/kernel', shape: [2, units] }]);
      const layers = [{ class_name: 'Dense', config: { name: 'out', units } }];
      const version = encodeModel({ config: { layers } }, layout, new Float32Array(layout.count));
      const path = modelPath(version.hash);
      const examples = [[1, 2]];
      for (const [grows, trainings] of [
        [{}, 0],
        [undefined, 1],
      ] as const) {
        newScene();
        coordinator.files.set(path, version.json);
        coordinator.files.set(path.replace('model.json', `${version.weightsHash}.bin`), version.weights);
        const { client, given, errors, waits } = served(examples, grows ? { ...serving, grows } : serving);
        await client.start();
        coordinator.connect();
        await clock.advance(0);
        coordinator.send('assignment', assignmentOf(clock, 'r1', { model: version.hash }));
        await clock.advance(0);
        expect(given).toHaveLength(trainings);
        expect(coordinator.uploads).toHaveLength(trainings);
        const refused = errors.filter(code => code === 'training.vocabulary');
        expect(refused).toHaveLength(grows ? 1 : 0);
        if (grows)
          expect(waits.at(-1)).toMatchObject({ reason: expect.stringContaining(advice), after: 3_600_000 });
        await client.stop();
      }
    },
  );

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
    // No virtual clock sees what loading takes.
    await loadForm();
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
    const training = examples.filter(example => !isHeldOut(example, serving as never));
    expect(training.length).toBeLessThan(examples.length);
    expect(given).toEqual([training, examples]);
    await client.stop();
  });
});
