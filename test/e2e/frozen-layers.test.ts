import { PlatformClient } from '@murmuration/client-sdk/client/client';
import { nodePlatform } from '@murmuration/client-sdk/node';
import type { Trainer } from '@murmuration/client-sdk/training/trainer';
import { socketIoTransport } from '@murmuration/client-sdk/transport/socket-io';
import type { Coordinator } from '@murmuration/coordinator/assembly/main';
import * as tf from '@murmuration/engine/tfjs/tf';
import type { MurmurationError } from '@murmuration/protocol/errors/errors';
import { packedLength } from '@murmuration/protocol/secagg/ring';
import { encodeUpdate, headerLength } from '@murmuration/protocol/weights/codec';
import { layoutOf } from '@murmuration/protocol/weights/layout';
import { quantizationFor } from '@murmuration/protocol/weights/quantize';
import type { RoundRecord } from '@murmuration/rounds/round/record';
import { fedAdam } from '@murmuration/rounds/strategy/fed-adam';
import type { TaskDefinition } from '@murmuration/rounds/task/define-task';
import { afterEach, expect, it } from 'vitest';
import { hurriedClock } from '../hurried-clock.ts';
import { eventOf, lineOptions, lineTrainer, openCoordinator, startedByAll } from './line.ts';

const rounds = 3;
/** Devices pause between rounds. */
const clock = hurriedClock(10);
const limit = '10 min';
const deadlines = {
  gathering: limit,
  messages: limit,
  updates: limit,
};

/** A layer of an app with a table that it marks as not trainable. */
class Offset extends tf.layers.Layer {
  static className = 'Offset';
  override build(): void {
    const initializer = tf.initializers.randomNormal({ stddev: 0.1 });
    this.addWeight('table', [8], 'float32', initializer, undefined, false);
  }
  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const [input] = [inputs].flat();
    return tf.tidy(() => input!.add(this.weights[0]!.read()));
  }
}
tf.serialization.registerClass(Offset);

/** A pretrained body, frozen with its normalisation, under a head of 9 values. */
const model = () =>
  tf.sequential({
    layers: [
      tf.layers.dense({ units: 8, inputShape: [1], activation: 'tanh', name: 'body', trainable: false }),
      new Offset({ name: 'offset' }),
      tf.layers.batchNormalization({ name: 'norm', trainable: false }),
      tf.layers.dense({ units: 1, name: 'head' }),
    ],
  });
const trained = 9;

/** An own trainer of an app, which moves the frozen layers as well. */
const careless: Trainer = {
  ...lineTrainer,
  async train(...args: Parameters<Trainer['train']>) {
    const result = await lineTrainer.train(...args);
    for (let i = trained; i < result.delta.length; i++) result.delta[i] = 0.5;
    return result;
  },
};

interface Behaviour {
  readonly instead?: () => Uint8Array;
  readonly after?: Promise<unknown>;
}

/** A trainer that begins once something has happened. */
const waiting = (trainer: Trainer, after?: Promise<unknown>): Trainer => ({
  ...trainer,
  async train(...args: Parameters<Trainer['train']>) {
    await after;
    return trainer.train(...args);
  },
});

/** A device that records its uploads, and sends `instead` of them, where that is given. It trains no sooner than `after`. */
function deviceOf(url: string, index: number, trainer: Trainer, { instead, after }: Behaviour = {}) {
  const options = lineOptions(url, index);
  const uploads: Uint8Array[] = [];
  const errors: unknown[] = [];
  const client = new PlatformClient(
    { ...options, tasks: { line: { ...options.tasks.line!, trainer: waiting(trainer, after) } } },
    {
      ...nodePlatform,
      clock,
      transport: (base, platform) => {
        const transport = socketIoTransport(base, platform);
        return {
          ...transport,
          upload(path, rights, bytes, signal) {
            uploads.push(bytes.slice());
            return transport.upload(path, rights, instead ? instead() : bytes, signal);
          },
        };
      },
    },
  );
  client.on('error', error => errors.push((error as MurmurationError).code));
  return { client, uploads, errors };
}

let coordinator: Coordinator | undefined;
afterEach(() => coordinator?.stop());

async function versionsOf({ url }: Coordinator) {
  const { models } = await (await fetch(`${url}/v1/tasks/line/models`)).json();
  const loaded = await Promise.all(models.map((each: { url: string }) => tf.loadLayersModel(url + each.url)));
  const bytes = (model: tf.LayersModel, layer: string) =>
    model
      .getLayer(layer)
      .getWeights()
      .map(weight => Buffer.from(weight.dataSync().slice().buffer).toString('hex'))
      .join();
  return (loaded as tf.LayersModel[]).map(model => ({
    frozen: bytes(model, 'body') + bytes(model, 'offset') + bytes(model, 'norm'),
    head: bytes(model, 'head'),
  }));
}

it('UP17: frozen layers stay bit for bit under masks and Adam, and uploads are as short as what is trained', async () => {
  const open = await openCoordinator(
    {
      model,
      strategy: fedAdam(),
      plan: { learningRate: 0.1, epochs: 1, batchSize: 4, maxExamples: 100 },
      deadlines,
      update: { clip: 1, bits: 12 },
      masking: { threat: 'malicious', corrupt: 0.1, dropping: 0.3 },
      cohort: { goal: 6, minimum: 4, overSelection: 1 },
    } as Partial<TaskDefinition>,
    [],
    clock,
  );
  coordinator = open;
  const faults: unknown[] = [];
  open.events.on('fault', (where, error) => faults.push([where, error]));
  const devices = Array.from({ length: 6 }, (_, i) =>
    deviceOf(open.url, i, i === 0 ? careless : lineTrainer),
  );
  await Promise.all(devices.map(({ client }) => client.start()));
  await open.start();
  await eventOf(open.events, 'round-ended', ({ number }: RoundRecord) => number === rounds);
  await open.endRounds();
  await Promise.all(devices.map(({ client }) => client.stop()));
  expect(faults).toEqual([]);
  const versions = await versionsOf(open);
  expect(versions.length).toBeGreaterThan(rounds);
  expect(new Set(versions.map(({ frozen }) => frozen)).size).toBe(1);
  expect(new Set(versions.map(({ head }) => head)).size).toBe(versions.length);
  const lengthOf = (values: number, verdicts: boolean) => {
    const { elements, width } = quantizationFor(values, {
      clip: 1,
      bits: 12,
      weightCap: 1,
      largestCohort: 6,
      verdicts,
    });
    return headerLength + packedLength(elements, width);
  };
  for (const { uploads, errors } of devices) {
    expect(errors).toEqual([]);
    for (const upload of uploads)
      expect([lengthOf(trained, false), lengthOf(trained, true)]).toContain(upload.length);
  }
  expect(lengthOf(trained, true)).toBeLessThan(lengthOf(trained + 16 + 8 + 32, true) / 2);
});

it('UP17: an update with the frozen part is refused by its code, and counts nowhere', async () => {
  const whole = layoutOf([
    { name: 'head/kernel', shape: [8, 1] },
    { name: 'head/bias', shape: [1] },
    { name: 'body/kernel', shape: [1, 8] },
    { name: 'body/bias', shape: [8] },
    { name: 'offset/table', shape: [8] },
    ...['gamma', 'beta', 'moving_mean', 'moving_variance'].map(name => ({
      name: `norm/${name}`,
      shape: [8],
    })),
  ]);
  const delta = new Float32Array(whole.count).fill(1);
  const all = () => encodeUpdate(whole.hash, whole.count, { kind: 'float32', delta, weight: 1 });
  const open = await openCoordinator(
    {
      model,
      deadlines,
      update: { kind: 'float32', clip: 100 },
      cohort: { goal: 3, minimum: 3, overSelection: 4 / 3 },
    } as Partial<TaskDefinition>,
    [],
    clock,
  );
  coordinator = startedByAll(open, 4);
  const records: RoundRecord[] = [];
  open.events.on('round-ended', record => records.push(record));
  const hostile = deviceOf(open.url, 3, lineTrainer, { instead: all });
  // The round does not end before the hostile device has heard what becomes of its update.
  const after = new Promise(resolve => hostile.client.on('error', resolve));
  const devices = Array.from({ length: 3 }, (_, i) => deviceOf(open.url, i, lineTrainer, { after }));
  await hostile.client.start();
  await Promise.all(devices.map(({ client }) => client.start()));
  await coordinator.start();
  await eventOf(open.events, 'round-ended', ({ number }: RoundRecord) => number === 1);
  await open.endRounds();
  await Promise.all([hostile, ...devices].map(({ client }) => client.stop()));
  expect(records[0]).toMatchObject({ number: 1, outcome: 'published' });
  expect(hostile.uploads.length).toBeGreaterThan(0);
  expect(hostile.errors).toContain('update.wrong-length');
  const { models } = await (await fetch(`${open.url}/v1/tasks/line/models`)).json();
  for (const { contributors } of models.filter(({ number }: { number: number }) => number > 0))
    expect(contributors).toBe(3);
  expect(new Set((await versionsOf(open)).map(({ frozen }) => frozen)).size).toBe(1);
});
