import { devicePredictions } from '@murmuration/coordinator/inference/device-predictions';
import { nextWordModel } from '@murmuration/demo-keyboard-app/task/model';
import { startBackend } from '@murmuration/engine/backend/backend';
import { describeModel } from '@murmuration/engine/models/model';
import { classifierOf } from '@murmuration/engine/runtime/classifier';
import * as tf from '@murmuration/engine/tfjs/tf';
import type { ModelHash } from '@murmuration/protocol/ids/ids';
import type { Predict } from '@murmuration/protocol/messages/predict';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import type { ModelFiles } from '@murmuration/protocol/weights/model-files';
import { systemTurns } from '@murmuration/serving/adapters/system-turns';
import { inferenceSchema, serverSettings } from '@murmuration/serving/assembly/settings';
import { layersRuntime } from '@murmuration/serving/runtime/layers';
import type { Runtime } from '@murmuration/serving/runtime/runtime';
import type { Exchange } from '@murmuration/serving/server/events';
import { InferenceServer } from '@murmuration/serving/server/inference-server';
import type { ModelSource } from '@murmuration/serving/source/source';
import type { Transformer } from '@murmuration/serving/transformer/transformer';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';

const vocabulary = 7;
const { dense, embedding } = tf.layers;
const { randomNormal } = tf.initializers;
const random = (seed: number) => ({ kernelInitializer: randomNormal({ seed }) });
const lookUp = (seed: number, more: object = {}) =>
  embedding({
    ...{ inputDim: vocabulary, outputDim: 4, embeddingsInitializer: randomNormal({ seed }) },
    ...more,
  });

/** Models by what they are. */
const models: Readonly<Record<string, (seed: number) => tf.LayersModel>> = {
  'tokens on the fused kernels': seed =>
    nextWordModel({ vocabulary, embedding: 3, gru: 5, dense: null }, seed),
  'tokens on tfjs, an answer for each': seed =>
    tf.sequential({
      layers: [
        lookUp(seed),
        tf.layers.simpleRNN({ units: 3, returnSequences: true, ...random(seed) }),
        tf.layers.timeDistributed({ layer: dense({ units: vocabulary, ...random(seed) }) as never }),
      ],
    }),
  'tokens, ended by a softmax': seed =>
    tf.sequential({
      layers: [
        lookUp(seed),
        tf.layers.simpleRNN({ units: 3, ...random(seed) }),
        dense({ units: vocabulary, activation: 'softmax', ...random(seed) }),
      ],
    }),
  'rows, ended by a layer that is a softmax': seed =>
    tf.sequential({
      layers: [dense({ units: 3, inputShape: [3], ...random(seed) }), tf.layers.softmax()],
    }),
  'rows with a form': seed =>
    tf.sequential({
      layers: [tf.layers.flatten({ inputShape: [3, 1] }), dense({ units: 2, ...random(seed) })],
    }),
  'rows, with several outputs': seed => {
    const inputs = tf.input({ shape: [3] });
    const outputs = [1, 2].map(units => dense({ units, ...random(seed) }).apply(inputs) as tf.SymbolicTensor);
    return tf.model({ inputs, outputs });
  },
};

const filesOf = (model: tf.LayersModel, seed: number): ModelFiles => {
  const files = { hash: String(seed).padStart(64, '0') as ModelHash, ...describeModel(model) };
  model.dispose();
  return { ...files, topology: JSON.parse(JSON.stringify(files.topology)) };
};

interface Changes {
  readonly runtimes?: readonly Runtime[];
  readonly transformer?: Transformer;
  readonly most?: number;
}

let server: InferenceServer | undefined;
let release: () => void = () => {};
afterEach(() => {
  release();
  return server?.close();
});

/** A task that offers predictions, with a version that devices serve and a newer one, and one that does not. */
function open(model: (seed: number) => tf.LayersModel, changes: Changes = {}) {
  const clock = new VirtualClock();
  const versions = [1, 2].map(seed => filesOf(model(seed), seed));
  const exchanges: Exchange[] = [];
  const loaded: string[] = [];
  const source: ModelSource = {
    description: 'two versions',
    names: async () => ['line'],
    listing: async name => ({ name, versions: ['1', '2'], aliases: {}, standard: 'champion' }),
    resolve: async (name, at) => {
      const number = at === 'latest' ? 2 : 1;
      return { name, version: String(number), hash: versions[number - 1]!.hash };
    },
    content: async ({ version }) => {
      loaded.push(version);
      return { platform: 'tensorflowjs_layersmodel', files: versions[Number(version) - 1]! };
    },
    watch: () => () => {},
    close: async () => {},
  };
  server = new InferenceServer({
    source,
    runtimes: changes.runtimes ?? [layersRuntime()],
    transformers: () => changes.transformer,
    ...serverSettings(inferenceSchema.parse({})),
    ...{ clock, turns: systemTurns, events: { answered: exchange => exchanges.push(exchange) } },
  });
  const task = (remote: boolean) => ({ task: { serving: { remote } } as never });
  const answer = devicePredictions({
    rounds: new Map([
      ['line', task(true)],
      ['quiet', task(false)],
    ]),
    server,
    most: changes.most ?? 64,
  });
  const ask = (input: readonly number[], change: object = {}) =>
    answer({ task: 'line', version: 'champion', input, ...change } as Predict);
  return { ask, clock, exchanges, loaded, versions };
}

const numbers = (bytes: Uint8Array) => [...new Float32Array(bytes.slice().buffer)];
const gru = models['tokens on the fused kernels']!;

/** Answers once it is released; at once where it is asked for 0. */
function heldRuntime(): Runtime {
  const released = new Promise<void>(resolve => {
    release = resolve;
  });
  return {
    name: 'held',
    loads: () => true,
    load: async () => ({
      inputs: [{ name: 'tokens', datatype: 'FP32', shape: [-1, -1] }],
      outputs: [{ name: 'scores', datatype: 'FP32', shape: [-1, 1] }],
      ...{ bytes: 4, engine: 'held', takesLengths: false },
      async run([input]) {
        if (input!.data[0] !== 0) await released;
        return [input!];
      },
      close: async () => {},
    }),
    close: async () => {},
  };
}

describe('predictions for devices', () => {
  beforeAll(() => startBackend());

  it.each(Object.entries(models))('PR1: are the logits behind the input, of %s', async (_, model) => {
    const { ask, versions } = open(model);
    const isFused = model === gru;
    const inputs = model(0).inputs[0]!.shape[1] === null ? [[1], [1, 2], [3, 2, 1], [1]] : [[1, 2, 3]];
    for (const [number, version] of ['champion', 'latest'].entries()) {
      const device = await classifierOf(versions[number]!);
      for (const input of inputs) {
        const answer = await ask(input, { version });
        expect(answer.model).toBe(versions[number]!.hash);
        // The kernels for one token after the other round otherwise than those for whole sequences.
        for (const [i, value] of device.after(input).entries())
          expect(numbers(answer.logits)[i]).toBeCloseTo(value, isFused ? 6 : 20);
        expect(answer.logits).toHaveLength(4 * device.after(input).length);
      }
      device.dispose();
    }
  });

  it('PR1: are the same when they are asked for together, and a version is loaded once', async () => {
    const { ask, loaded, versions } = open(gru);
    const device = await classifierOf(versions[0]!);
    const inputs = [[1], [1, 2], [3, 2, 1], [6, 5, 4, 3], [1, 2]];
    const answers = await Promise.all(inputs.map(input => ask(input)));
    for (const [at, { logits }] of answers.entries()) {
      const expected = device.after(inputs[at]!);
      for (const [i, value] of numbers(logits).entries()) expect(value).toBeCloseTo(expected[i]!, 5);
    }
    expect(loaded).toEqual(['1']);
  });

  it('PR1: pass by what turns the inputs of other clients into tensors', async () => {
    const refuse = () => {
      throw new Error('asked');
    };
    const specs = [{ name: 'tokens', datatype: 'FP32' as const, shape: [-1, -1] }];
    const { ask } = open(gru, {
      transformer: { inputs: specs, outputs: specs, input: refuse, output: refuse },
    });
    expect(numbers((await ask([1, 2])).logits)).toHaveLength(vocabulary);
  });

  it.each([
    [{ task: 'quiet' }, 'prediction.not-offered'],
    [{ task: 'nothing' }, 'task.unknown'],
    [{ version: '1' }, 'model.missing'],
  ])('PR1: are refused of %j with %s, without asking the model', async (change, code) => {
    const { ask, exchanges } = open(gru);
    await expect(ask([1], change)).rejects.toMatchObject({ code });
    expect(exchanges).toEqual([]);
    await ask([1]);
  });

  it('PR2: are refused where too many wait, and given up after 15 s, which makes a place', async () => {
    const { ask, clock } = open(gru, { runtimes: [heldRuntime()], most: 2 });
    await ask([0]);
    const late = [ask([1]), ask([2])].map(asked =>
      expect(asked).rejects.toMatchObject({ code: 'prediction.timeout', retryable: true }),
    );
    const full = { code: 'prediction.too-many', retryable: true, after: 1_000 };
    await expect(ask([0])).rejects.toMatchObject(full);
    await clock.advance(14_999);
    await expect(ask([0])).rejects.toMatchObject(full);
    await clock.advance(1);
    await Promise.all(late);
    await expect(Promise.race([ask([3]), Promise.resolve('waits')])).resolves.toBe('waits');
    await clock.advance(15_000);
  });

  it.each([
    [
      'tokens on the fused kernels',
      [
        [1, vocabulary],
        [1, 0.5],
        [1, -1],
      ],
    ],
    [
      'tokens on tfjs, an answer for each',
      [
        [1, vocabulary],
        [1, 0.5],
        [1, -1],
      ],
    ],
    [
      'rows with a form',
      [
        [1, 2],
        [1, 2, 3, 4],
      ],
    ],
  ])('PR3: are refused of %s without a word of the input, and go on', async (name, inputs) => {
    const { ask, exchanges } = open(models[name]!);
    for (const input of inputs)
      await expect(ask(input)).rejects.toMatchObject({
        code: 'hybrid.input',
        detail: 'The model does not take this input.',
      });
    await ask([1, 2, 3]);
    expect(exchanges.map(({ protocol, error }) => `${protocol} ${error?.code}`)).toEqual([
      ...inputs.map(() => 'device inference.input'),
      'device undefined',
    ]);
  });

  it('says so where an answer has no room in a frame', async () => {
    const { ask } = open(seed =>
      tf.sequential({ layers: [dense({ units: 262_000, inputShape: [1], ...random(seed) })] }),
    );
    await expect(ask([1])).rejects.toMatchObject({ code: 'model.unusable' });
  });
});
