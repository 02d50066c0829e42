import { PublicClient } from '@murmuration/cli/client/public-client';
import { smallerForm } from '@murmuration/cli/commands/smaller-form';
import type { Prediction } from '@murmuration/client-sdk/hybrid/hybrid';
import type { HybridOptions } from '@murmuration/client-sdk/hybrid/hybrid-options';
import { FederatedClient, memoryStorage } from '@murmuration/client-sdk/node';
import type { Trainer } from '@murmuration/client-sdk/training/trainer';
import { parseConfig } from '@murmuration/coordinator/assembly/config';
import { type Coordinator, createCoordinator } from '@murmuration/coordinator/assembly/main';
import type { Serving } from '@murmuration/engine/inference/serving';
import * as tf from '@murmuration/engine/tfjs/tf';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { ModelHash } from '@murmuration/protocol/ids/ids';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import { systemClock } from '@murmuration/protocol/time/system-clock';
import type { TaskDefinition } from '@murmuration/rounds/task/define-task';
import { simulatedFloors } from '@murmuration/simulations/devices/floors';
import { openStorage, type Stores } from '@murmuration/storage/storage';
import { afterEach, describe, expect, it } from 'vitest';
import { enrolmentToken, lineTask } from './line.ts';

const classes = 6;
type Sequence = readonly number[];

/** Tokens 1 to 5; a sequence asks for each of its tokens but the first. */
const serving: Serving<Sequence> = {
  classes,
  firstClass: 1,
  input: asked => asked as Sequence,
  questions: sequence => ({
    input: sequence.slice(0, -1),
    targets: sequence.slice(1).map((next, position) => ({ position, class: next })),
  }),
};

const following = (token: number, step: number) => 1 + ((token - 1 + step) % 5);

/** Sequences in which each token is followed by the one two after it. */
const sequences = Array.from({ length: 40 }, (_, i): Sequence => {
  const sequence = [1 + (i % 5)];
  for (let length = 0; length < 3 + Math.floor(i / 5); length++)
    sequence.push(following(sequence.at(-1)!, 2));
  return sequence;
});

/** Logits that are sure of the token `step` after the last one. */
const table = (step: number) =>
  Array.from({ length: classes }, (_, token) =>
    Array.from({ length: classes }, (__, next) => (token > 0 && next === following(token, step) ? 3 : 0)),
  );

/** Knows steps of two. */
function stepsOfTwo(): tf.LayersModel {
  const model = tf.sequential({
    layers: [
      tf.layers.embedding({ inputDim: classes, outputDim: classes }),
      tf.layers.dense({ units: classes, useBias: false }),
    ],
  });
  model.setWeights([tf.tensor2d(table(2)), tf.eye(classes)]);
  return model;
}

let coordinator: Coordinator;
let storage: Stores;
let client: FederatedClient;

afterEach(async () => {
  await client.stop();
  await coordinator.stop();
});

async function open(change: Partial<TaskDefinition>): Promise<void> {
  storage = await openStorage(undefined, systemClock);
  coordinator = await createCoordinator(
    parseConfig({ port: 0, enrolmentTokens: [enrolmentToken], log: 'silent' }),
    [lineTask({ model: stepsOfTwo, ...change })],
    { clock: systemClock, random: systemRandom, storage },
  );
}

/** Moves the model to steps of one in its first round, and then no more. */
function misleading(): Trainer {
  let rounds = 0;
  return {
    async train({ weights }) {
      const delta = new Float32Array(weights.length);
      rounds += 1;
      if (rounds === 1) for (const [i, logit] of table(1).flat().entries()) delta[i] = logit - weights[i]!;
      return { delta, examples: 1, metrics: {} };
    },
    async close() {},
  };
}

/** Learns nothing, and keeps what it was given to train. */
function recording(trained: Float32Array[]): Trainer {
  return {
    async train({ weights }) {
      trained.push(weights.slice());
      return { delta: new Float32Array(weights.length), examples: 1, metrics: {} };
    },
    async close() {},
  };
}

function connect(hybrid: Partial<HybridOptions>, trainer: Trainer = misleading()): FederatedClient {
  const options = { serving, ...hybrid };
  client = new FederatedClient({
    url: coordinator.url,
    tasks: { line: { examples: () => sequences, trainer, hybrid: options } },
    storage: memoryStorage(),
    enrolment: enrolmentToken,
    consent: 'not-needed',
    floors: simulatedFloors,
  });
  return client;
}

/** Waits for an event of the client. */
const heard = <Event>(name: 'model' | 'version' | 'error') =>
  new Promise<Event>(resolve => {
    const ignore = client.on(name, ((event: Event) => {
      ignore();
      resolve(event);
    }) as never);
  });

describe('a device that can’t run the model', () => {
  const unable: HybridOptions['inference'] = {
    async open() {
      throw new MurmurationError('model.unusable', 'This device has no memory for it.');
    },
    async close() {},
  };

  it('PR1: has the coordinator predict, over its own connection, and says so', async () => {
    await open({ serving: { remote: true } });
    const refused: string[] = [];
    coordinator.events.on('refused', (...all) => refused.push(all.join(' ')));
    connect({ inference: unable, remote: true });
    const failed = heard<MurmurationError>('error');
    await client.start();
    expect((await failed).code).toBe('model.unusable');
    const predictions: Prediction[] = [];
    for (const input of [[1], [1, 3], [5]]) predictions.push(await client.hybrid('line').predict(input));
    expect(predictions.map(({ source }) => source)).toEqual(['remote', 'remote', 'remote']);
    const best = predictions.map(({ values }) => values.indexOf(Math.max(...values)));
    expect(best).toEqual([3, 5, 2]);
    const { models } = await (await fetch(`${coordinator.url}/v1/tasks/line/models`)).json();
    expect(predictions[0]!.model).toBe(models[0].model);
    for (const { values } of predictions) {
      expect(values).toHaveLength(classes);
      expect(values.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 5);
    }
    // What it does not take is refused without being quoted.
    await expect(client.hybrid('line').predict([98_765])).rejects.toMatchObject({ code: 'hybrid.input' });
    expect(refused.join()).toContain('hybrid.input');
    expect(refused.join()).not.toContain('98765');
  });

  it('PR1: hears that a task does not offer it', async () => {
    await open({});
    connect({ inference: unable, remote: true });
    const failed = heard<MurmurationError>('error');
    await client.start();
    expect((await failed).code).toBe('model.unusable');
    await expect(client.hybrid('line').predict([1])).rejects.toMatchObject({
      code: 'prediction.not-offered',
    });
  });
});

describe('a device on which a new version does worse', () => {
  it('RD11: goes on with the last good one, and says nothing of it in rounds without masks', async () => {
    await open({
      plan: { learningRate: 0.1 },
      update: { kind: 'float32', clip: 100 },
      cohort: { goal: 1, minimum: 1, overSelection: 1 },
    });
    connect({});
    const next = new Promise<void>(resolve => {
      coordinator.events.on('round-ended', ({ number }) => number === 3 && resolve());
    });
    const [arrived, judged] = [
      heard('model'),
      heard<{ model: ModelHash; verdict: string; serving: ModelHash }>('version'),
    ];
    await client.start();
    await arrived;
    await client.hybrid('line').learn();
    const good = (await client.hybrid('line').predict([1])).model;
    await coordinator.start();
    const { model, verdict, serving: goesOn } = await judged;
    expect([verdict, goesOn]).toEqual(['refused', good]);
    expect(model).not.toBe(good);
    const { values, model: served } = await client.hybrid('line').predict([1]);
    expect([served, values.indexOf(Math.max(...values))]).toEqual([good, 3]);
    await next;
    await client.stop();
    await coordinator.stop();
    expect(await storage.verdicts.of([model, good!])).toEqual(new Map());
  });
});

describe('a device of a task with smaller weights', () => {
  it('MD6: serves from them, and trains from all of them', async () => {
    await open({ serving: { weights: 'int8' }, cohort: { goal: 1, minimum: 1, overSelection: 1 } });
    const trained: Float32Array[] = [];
    connect({}, recording(trained));
    const arrived = heard<{ model: ModelHash; bytes: number }>('model');
    await client.start();
    const { model, bytes } = await arrived;
    const file = async (name: string) =>
      new Uint8Array(await (await fetch(`${coordinator.url}/v1/models/${model}/${name}`)).arrayBuffer());
    const json = await file('model.json');
    const { weightsManifest, smallerWeightsManifest } = JSON.parse(new TextDecoder().decode(json));
    // Two matrices of six by six.
    expect(bytes).toBe(json.length + 2 * 36);
    expect(await file(smallerWeightsManifest[0].paths[0])).toHaveLength(2 * 36);
    await client.hybrid('line').learn();
    const { values, source } = await client.hybrid('line').predict([1]);
    expect([source, values.indexOf(Math.max(...values))]).toEqual(['global', 3]);
    // What an operator is told of them.
    expect(await smallerForm(new PublicClient({ url: coordinator.url }), model)).toMatchObject({
      weights: 'int8',
      bytes: 2 * 36,
      float32Bytes: 4 * 2 * 36,
      measured: { examples: 8, sameHighest: 1 },
    });
    const ended = new Promise<ModelHash | null>(resolve => {
      coordinator.events.on('round-ended', record => resolve(record.model));
    });
    await coordinator.start();
    const next = await ended;
    const all = await file(weightsManifest[0].paths[0]);
    expect(new Uint8Array(trained[0]!.buffer)).toEqual(all);
    // What the round has made has both forms as well.
    expect(await smallerForm(new PublicClient({ url: coordinator.url }), next!)).toMatchObject({
      weights: 'int8',
    });
  });

  it('has none to tell of where the task has all weights alone', async () => {
    await open({});
    connect({});
    const { models } = await (await fetch(`${coordinator.url}/v1/tasks/line/models`)).json();
    expect(await smallerForm(new PublicClient({ url: coordinator.url }), models[0].model)).toBeNull();
  });
});
