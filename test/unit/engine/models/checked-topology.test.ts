import { startBackend } from '@murmuration/engine/backend/backend';
import { describeModel, loadModel } from '@murmuration/engine/models/model';
import * as tf from '@murmuration/engine/tfjs/tf';
import { layoutOf } from '@murmuration/protocol/weights/layout';
import { beforeAll, describe, expect, it } from 'vitest';
import { between, cyclic, dense, graph, input, layer, nested, type StoredLayer } from './topologies.ts';

beforeAll(async () => {
  await startBackend();
});

const layout = layoutOf([{ name: 'y/kernel', shape: [2, 2] }]);
const weights = Float32Array.of(1, 0, 0, 1);

async function refusalOf(topology: object, own = { layout, weights }): Promise<string> {
  const before = tf.memory().numTensors;
  const error = await loadModel({ topology, ...own }).then(
    () => new Error('It was built.'),
    (error: unknown) => error as Error & { code?: string },
  );
  expect(tf.memory().numTensors).toBe(before);
  return error.message;
}

/** What a model says to one row of two. */
async function answer(topology: object): Promise<number[]> {
  const model = await loadModel({ topology, layout, weights });
  const said = tf.tidy(() => [...(model.predict(tf.tensor2d([[1, 2]])) as tf.Tensor).dataSync()]);
  model.dispose();
  return said;
}

const activation = (name: string, ...calls: Parameters<typeof layer>[2]) =>
  layer('Activation', name, calls, { activation: 'linear' });
/** A model in a model, `depth` of them, each of which calls the next `calls` times, one after the other. */
function doubled(depth: number, calls: number): StoredLayer {
  let model = graph('inner', [input('i'), activation('same', ['i'])]);
  for (let at = 0; at < depth; at++) {
    const own = Array.from({ length: calls }, (_, call) =>
      call === 0 ? ['i'] : ([[model.config.name, call]] as const),
    );
    model = graph(`around${at}`, [input('i'), nested(model, own)], calls);
  }
  return nested(model, [['x']]);
}
/** The output of its second call: the first is that of its own inputs. */
const second = (name: string) => layer('Dense', 'y', [[[name, 1]]], { units: 2, use_bias: false });

describe('a topology is checked before TensorFlow.js has it', () => {
  it.each([
    ['layers that wait for each other', cyclic],
    ['a layer that waits for itself', between(layer('Add', 'a', [['x', 'a']]))],
    ['a call that is never made', between(layer('Add', 'a', [['x', ['x', 1]]]))],
    [
      'a shared layer whose calls wait for each other',
      between(activation('a', [['b', 1]], [['b', 0]]), activation('b', [['a', 0]], [['a', 1]])),
    ],
    ['a cycle in a model inside', between(nested(cyclic, [['x']]))],
    ['a cycle in a wrapper', between(layer('TimeDistributed', 'each', [['x']], { layer: cyclic }))],
    [
      'a cycle in a wrapper that shows a list of layers',
      between(layer('TimeDistributed', 'each', [['x']], { layer: cyclic, layers: [] })),
    ],
    [
      'a cycle in what begins weights',
      between(layer('Dense', 'd', [['x']], { units: 2, kernel_initializer: cyclic })),
    ],
    [
      'a cycle inside what bounds them',
      between(
        layer('Dense', 'd', [['x']], {
          units: 2,
          bias_constraint: { class_name: 'Sequential', config: [{ ...cyclic, name: 'inside' }] },
        }),
      ),
    ],
    [
      'a cycle under keys as they are in memory',
      JSON.parse(
        JSON.stringify(cyclic)
          .replaceAll('inbound_nodes', 'inboundNodes')
          .replaceAll('class_name', 'className'),
      ),
    ],
    [
      'a cycle under keys that only become such',
      JSON.parse(
        JSON.stringify(cyclic)
          .replaceAll('inbound_nodes', 'inbound__nodes')
          .replaceAll('"Model"', '"_Model"'),
      ),
    ],
  ])('refuses %s', async (_, topology) => {
    expect(await refusalOf(topology)).toMatch(/wait for one another/);
  });

  it('takes nothing that stands beside the model', async () => {
    for (const beside of [
      { modelTopology: cyclic },
      { model_topology: cyclic },
      { modelTopology: between(), weightsManifest: [{ paths: ['w.bin'], weights: [] }] },
    ])
      expect(await answer({ ...between(), ...beside })).toEqual([1, 2]);
  });

  it.each([
    [
      'a layer that follows none that is there',
      between(activation('a', ['nobody'])),
      /nobody, which is not there/,
    ],
    ['one that follows what every object has', between(activation('a', ['constructor'])), /not there/],
    ['one named by it', between(activation('constructor', ['x'])), /no layer of its own/],
    ['two of one name', between(activation('a', ['x']), activation('a', ['x'])), /no layer of its own/],
    [
      'a name inside that differs',
      between({ ...activation('a', ['x']), config: { name: 'b', activation: 'linear' } }),
      /no layer of its own/,
    ],
    [
      'calls that are no lists',
      between({ ...activation('a', ['x']), inbound_nodes: [['x', 0, 0]] }),
      /not written as lists/,
    ],
    ['a file of no model', { class_name: 'Model' }, /describes no model/],
    [
      'an input of more than 2^27 values',
      graph('m', [input('x', [1024, 1024, 1024]), dense('y', 'x')]),
      /has more than/,
    ],
    [
      'a layer between that gives more',
      between(layer('RepeatVector', 'again', [['x']], { n: 2 ** 27 })),
      /has more than/,
    ],
    [
      'weights that nobody has brought',
      between(dense('wide', 'x', 2 ** 20)),
      /more weights than the 4 values/,
    ],
    [
      'a class that is named by a list',
      between(layer('TimeDistributed', 'each', [['x']], { layer: { ...cyclic, class_name: ['Model'] } })),
      /named by a list/,
    ],
    [
      'such a state in other words',
      between(layer('LSTM', 'l', [['x']], { units: 2, stateful: 1 })),
      /stateful/,
    ],
    [
      'layers in what begins weights',
      between(
        layer('Dense', 'd', [['x']], {
          units: 2,
          kernel_initializer: layer('TimeDistributed', 't', [], { layer: dense('i', 'x') }),
        }),
      ),
      /kernelInitializer of a layer holds layers/,
    ],
    ['weights of another shape', graph('m', [input('x'), dense('y', 'x', 1)]), /built/],
    [
      'a state that goes from one example to the next',
      between(layer('LSTM', 'l', [['x']], { units: 2, stateful: true })),
      /stateful/,
    ],
    [
      'a nesting that no stack holds',
      JSON.parse(`${'{"class_name":"M","config":{"a":'.repeat(20_000)}1${'}}'.repeat(20_000)}`),
      /built/,
    ],
  ] as const)('refuses %s', async (_, topology, why) => {
    expect(await refusalOf(topology)).toMatch(why);
  });

  it('refuses more than 10,000 layers, those of models in models counted as often as they run', async () => {
    const many = Array.from({ length: 10_001 }, (_, at) => activation(`a${at}`, [at ? `a${at - 1}` : 'x']));
    let twice: object = layer('GRU', 'g', [], { units: 1 });
    for (let at = 0; at < 10; at++) twice = layer('Bidirectional', `b${at}`, [], { layer: twice });
    for (const topology of [
      between(...many),
      graph('m', [input('x'), doubled(40, 2), second('around39')]),
      between({ ...(twice as StoredLayer), inbound_nodes: [[['x', 0, 0]]] }),
    ])
      expect(await refusalOf(topology)).toMatch(/more than 10000 layers/);
  });

  it('refuses an order that takes TensorFlow.js a minute to undo, and takes one that takes it a second', async () => {
    const reversed = (count: number) =>
      between(
        ...Array.from({ length: count }, (_, at) =>
          activation(`a${at}`, [at + 1 < count ? `a${at + 1}` : 'x']),
        ),
        activation('last', ['a0']),
      );
    expect(await answer(reversed(500))).toEqual([1, 2]);
    expect(await refusalOf(reversed(9_000))).toMatch(/order that takes too long/);
  });

  it('builds what can be built: shared layers, models in models, and layers in any order', async () => {
    const shared = activation('a', ['x'], ['b']);
    for (const topology of [
      between(),
      { model_config: between(), keras_version: '2.4.0' },
      between(activation('c', ['b']), activation('b', ['a']), activation('a', ['x'])),
      graph('m', [
        input('x'),
        shared,
        activation('b', ['a']),
        layer('Dense', 'y', [[['a', 1]]], { units: 2, use_bias: false }),
      ]),
      graph('m', [input('x'), doubled(3, 2), second('around2')]),
      {
        class_name: 'Sequential',
        config: [
          {
            class_name: 'Dense',
            config: { name: 'y', units: 2, use_bias: false, batch_input_shape: [null, 2] },
          },
        ],
      },
    ])
      expect(await answer(topology)).toEqual([1, 2]);
  });

  it('begins no weight as the file says, which can take hours', async () => {
    const model = tf.sequential({
      layers: [
        tf.layers.timeDistributed({
          inputShape: [1, 2],
          layer: tf.layers.dense({ units: 2, useBias: false, kernelInitializer: 'orthogonal' }),
        }),
      ],
    });
    const described = describeModel(model);
    model.dispose();
    const loaded = await loadModel(described);
    expect(describeModel(loaded)).toEqual(described);
    loaded.dispose();
  });
});
