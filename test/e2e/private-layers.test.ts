import { PlatformClient } from '@murmuration/client-sdk/client/client';
import { memoryStorage, nodePlatform } from '@murmuration/client-sdk/node';
import { decodeKeptLayers } from '@murmuration/client-sdk/private-layers/kept-layers';
import type { Trainer } from '@murmuration/client-sdk/training/trainer';
import { socketIoTransport } from '@murmuration/client-sdk/transport/socket-io';
import type { Transport } from '@murmuration/client-sdk/transport/transport';
import type { Coordinator } from '@murmuration/coordinator/assembly/main';
import * as tf from '@murmuration/engine/tfjs/tf';
import type { TrainingResult } from '@murmuration/engine/training/trainer';
import { concatBytes } from '@murmuration/protocol/encoding/bytes';
import { packedLength } from '@murmuration/protocol/secagg/ring';
import { headerLength } from '@murmuration/protocol/weights/codec';
import { quantizationFor } from '@murmuration/protocol/weights/quantize';
import { splitLayout, takePart } from '@murmuration/protocol/weights/shared-part';
import type { RoundRecord } from '@murmuration/rounds/round/record';
import type { TaskDefinition } from '@murmuration/rounds/task/define-task';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hurriedClock } from '../hurried-clock.ts';
import { eventOf, lineOptions, lineTrainer, openCoordinator } from './line.ts';

const privateLayers = ['own'];
const rounds = 3;
/** Devices pause between rounds; a slow machine takes its time. */
const clock = hurriedClock(10);
const platform = { ...nodePlatform, clock };
const tenMinutes = '10 min';

const kernelInitializer = tf.initializers.glorotUniform({ seed: 5 });
const model = () =>
  tf.sequential({
    layers: [
      tf.layers.dense({ units: 5, inputShape: [1], activation: 'tanh', kernelInitializer, name: 'body' }),
      tf.layers.dense({ units: 1, kernelInitializer, name: 'own' }),
    ],
  });

/** All that leaves a device: every frame and every body, as it is given to the sockets below. */
function recording(sent: Uint8Array[], transport: Transport): Transport {
  return {
    ...transport,
    request(event, frame) {
      sent.push(frame.slice());
      return transport.request(event, frame);
    },
    upload(path, rights, bytes, signal) {
      sent.push(bytes.slice());
      return transport.upload(path, rights, bytes, signal);
    },
  };
}

/** A device that trains on its part of the line and then moves its private layers by values of its own. */
function deviceOf(url: string, index: number) {
  const sent: Uint8Array[] = [];
  const storage = memoryStorage();
  /** What its private layers were before training, after it, and the difference. */
  const secrets: Float32Array[] = [];
  let shared = 0;
  const trainer = {
    ...lineTrainer,
    async train(...args: Parameters<Trainer['train']>): Promise<TrainingResult> {
      const [model] = args;
      const result = await lineTrainer.train(...args);
      const split = splitLayout(model.layout, privateLayers);
      shared = split.shared.count;
      for (const { from, to } of split.ranges.private)
        for (let i = from; i < to; i++) result.delta[i] = result.delta[i]! + 0.01 * (i + 1) * (index + 1);
      const after = model.weights.map((value, i) => value + result.delta[i]!);
      const before = secrets.length === 0 ? [] : [takePart(model.weights, split, 'private')];
      secrets.push(...before, takePart(result.delta, split, 'private'), takePart(after, split, 'private'));
      return result;
    },
  };
  const options = lineOptions(url, index, storage);
  const client = new PlatformClient(
    { ...options, tasks: { line: { ...options.tasks.line!, trainer } } },
    { ...platform, transport: (base, platform) => recording(sent, socketIoTransport(base, platform)) },
  );
  return { client, sent, secrets, storage, sharedCount: () => shared };
}

/** Two neighbouring values as any peer could write them: float32 or float64, in either order of bytes. */
function encodings(a: number, b: number): Buffer[] {
  const view = new DataView(new ArrayBuffer(16));
  const forms: Buffer[] = [];
  for (const little of [true, false]) {
    view.setFloat32(0, a, little);
    view.setFloat32(4, b, little);
    forms.push(Buffer.from(view.buffer.slice(0, 8)));
    view.setFloat64(0, a, little);
    forms.push(Buffer.from(view.buffer.slice(0, 8)));
  }
  return forms;
}

const shared = 10;
const openly = headerLength + 4 * shared;
/** Once there is a version to judge, under masks with what the device found out about that. */
const masked = [false, true].map(verdicts => {
  const settings = { clip: 1, bits: 12, weightCap: 1, largestCohort: 6, verdicts };
  const { elements, width } = quantizationFor(shared, settings);
  return headerLength + packedLength(elements, width);
});
const ways: { name: string; count: number; change: Partial<TaskDefinition>; lengths: number[] }[] = [
  {
    name: 'in the open',
    count: 3,
    change: { update: { kind: 'float32', clip: 100 }, cohort: { goal: 3, minimum: 3, overSelection: 1 } },
    lengths: [openly],
  },
  {
    name: 'under masks',
    count: 6,
    change: {
      update: { clip: 1, bits: 12 },
      masking: { threat: 'malicious', corrupt: 0.1, dropping: 0.3 },
      cohort: { goal: 6, minimum: 4, overSelection: 1 },
    } as Partial<TaskDefinition>,
    lengths: masked,
  },
];

describe.each(ways)('devices with private layers, over real sockets, $name', ({ count, change, lengths }) => {
  let coordinator: Coordinator;
  let devices: ReturnType<typeof deviceOf>[];
  const records: RoundRecord[] = [];
  const faults: unknown[] = [];

  beforeAll(async () => {
    coordinator = await openCoordinator(
      {
        model,
        plan: { learningRate: 0.1, epochs: 1, batchSize: 4, maxExamples: 100, privateLayers },
        deadlines: {
          gathering: tenMinutes,
          messages: tenMinutes,
          updates: tenMinutes,
        },
        ...change,
      },
      [],
      clock,
    );
    coordinator.events.on('fault', (where, error) => faults.push([where, error]));
    coordinator.events.on('round-ended', record => records.push(record));
    devices = Array.from({ length: count }, (_, index) => deviceOf(coordinator.url, index));
    await Promise.all(devices.map(({ client }) => client.start()));
    await coordinator.start();
    await eventOf(coordinator.events, 'round-ended', ({ number }: RoundRecord) => number === rounds);
    await coordinator.endRounds();
    await Promise.all(devices.map(({ client }) => client.stop()));
  });

  afterAll(() => coordinator.stop());

  const versions = async () => {
    const { models } = await (await fetch(`${coordinator.url}/v1/tasks/line/models`)).json();
    const loaded = await Promise.all(
      models.map(({ url }: { url: string }) => tf.loadLayersModel(coordinator.url + url)),
    );
    return (loaded as tf.LayersModel[]).map(model => ({
      body: [...model.getLayer('body').getWeights()[0]!.dataSync()],
      own: [...model.getLayer('own').getWeights()[0]!.dataSync()],
    }));
  };

  it('publish versions that move the shared layers, and hold the private ones as they were at first', async () => {
    expect(faults).toEqual([]);
    expect(records.slice(0, rounds).map(({ outcome }) => outcome)).toEqual(Array(rounds).fill('published'));
    const all = await versions();
    expect(all.length).toBeGreaterThan(rounds);
    expect(new Set(all.map(({ own }) => own.join())).size).toBe(1);
    expect(new Set(all.map(({ body }) => body.join())).size).toBe(all.length);
  });

  it('UP11: upload as many bytes as the shared layers have', () => {
    for (const { sent, sharedCount } of devices) {
      const all = sent.filter(bytes => Buffer.from(bytes).subarray(0, 4).toString() === 'MURW');
      // One may have been sent again, byte for byte.
      const uploads = [...new Map(all.map(bytes => [Buffer.from(bytes).toString('hex'), bytes])).values()];
      expect(uploads.length).toBeGreaterThanOrEqual(rounds);
      for (const [i, upload] of uploads.entries())
        expect(upload.length).toBe(i === 0 ? lengths[0] : lengths.at(-1));
      expect(sharedCount()).toBe(shared);
    }
  });

  it('UP11: let no value of a private layer out, before training, after it, or as a difference', async () => {
    for (const { sent, secrets } of devices) {
      const all = Buffer.from(concatBytes(...sent));
      expect(secrets.length).toBeGreaterThanOrEqual(3 * rounds - 1);
      for (const values of secrets)
        for (let i = 1; i < values.length; i++)
          for (const form of encodings(values[i - 1]!, values[i]!)) expect(all.includes(form)).toBe(false);
    }
    if (change.masking) return;
    // The search finds what is there: the shared values of the same updates.
    const upload = Buffer.from(devices[0]!.sent.find(bytes => bytes.length === openly)!);
    const [a, b] = [upload.readFloatLE(headerLength), upload.readFloatLE(headerLength + 4)];
    const sent = Buffer.from(concatBytes(...devices[0]!.sent));
    expect(encodings(a, b).some(form => sent.includes(form))).toBe(true);
  });

  it('keep layers of their own, each another', async () => {
    const kept = await Promise.all(
      devices.map(async ({ storage, secrets }) => {
        const { values } = decodeKeptLayers((await storage.get('private.line'))!)!;
        expect([...values]).toEqual([...secrets.at(-1)!]);
        return values.join();
      }),
    );
    expect(new Set(kept).size).toBe(devices.length);
  });
});

it('a coordinator does not start with private layers that its model has not', async () => {
  const plan = { learningRate: 0.1, privateLayers: ['logits'] };
  await expect(openCoordinator({ plan })).rejects.toMatchObject({ code: 'plan.private-layers' });
});

it('devices that want opposite things of one model each get theirs', async () => {
  const rounds = 20;
  const coordinator = await openCoordinator(
    {
      model,
      plan: { learningRate: 0.1, epochs: 5, batchSize: 4, maxExamples: 100, privateLayers },
      update: { clip: 1, bits: 12 },
      cohort: { goal: 4, minimum: 4, overSelection: 1 },
      deadlines: { gathering: tenMinutes, updates: tenMinutes },
    },
    [],
    clock,
  );
  const devices = [1, -1, 1, -1].map((sign, index) => {
    const options = lineOptions(coordinator.url, index);
    const points = Array.from(
      options.tasks.line!.examples() as Iterable<readonly [number, number]>,
      ([x, y]) => [x, sign * y] as const,
    );
    const line = { examples: () => points, trainer: lineTrainer };
    return { client: new PlatformClient({ ...options, tasks: { line } }, platform), points, ...options };
  });
  await Promise.all(devices.map(({ client }) => client.start()));
  await coordinator.start();
  await eventOf(coordinator.events, 'round-ended', ({ number }: RoundRecord) => number === rounds);
  await coordinator.endRounds();
  await Promise.all(devices.map(({ client }) => client.stop()));
  const { models } = await (await fetch(`${coordinator.url}/v1/tasks/line/models?limit=1`)).json();
  const version = await tf.loadLayersModel(coordinator.url + models[0].url);
  await coordinator.stop();
  for (const { storage, points } of devices) {
    const { values } = decodeKeptLayers((await storage.get('private.line'))!)!;
    version
      .getLayer('own')
      .setWeights([tf.tensor2d(values.slice(0, 5), [5, 1]), tf.tensor1d(values.slice(5))]);
    const predicted = (version.predict(tf.tensor2d(points.map(([x]) => [x]))) as tf.Tensor).dataSync();
    const errors = points.map(([, y], i) => (predicted[i]! - y) ** 2);
    // A model for all of them could do no better than 0 everywhere, an error of about 2.
    expect(errors.reduce((sum, error) => sum + error, 0) / points.length).toBeLessThan(0.1);
  }
});
