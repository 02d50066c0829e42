import { fromBinary } from '@bufbuild/protobuf';
import { onnxOf, writeOnnx } from '@murmuration/engine/onnx/write';
import * as tf from '@murmuration/engine/tfjs/tf';
import { ModelProtoSchema } from 'onnx-buf';
import { beforeAll, describe, expect, it } from 'vitest';
import { cases, filesOf, randomise } from './models.ts';

const { layers: l } = tf;

beforeAll(async () => {
  await tf.setBackend('cpu');
});

async function graphOf(model: tf.LayersModel) {
  const { bytes } = await writeOnnx(filesOf(model));
  const { graph, ...rest } = fromBinary(ModelProtoSchema, bytes);
  return { ...rest, graph, ops: graph?.node.map(({ opType }) => opType) };
}

function caseOf(name: string): tf.LayersModel {
  const found = cases.find(given => given.name === name);
  if (!found) throw new Error(`There is no case ${name}.`);
  return randomise(found.build(), 1);
}

describe('the graph of a model as ONNX', () => {
  it.each([
    ['batch normalisation behind conv2d', ['Transpose', 'Conv', 'Transpose', 'Identity']],
    ['batch normalisation behind dense', ['Gemm', 'Relu', 'Identity']],
    ['batch normalisation', ['Mul', 'Add', 'Identity']],
  ])('has no nodes for what its weights can take in: %s', async (name, ops) => {
    expect((await graphOf(caseOf(name))).ops).toEqual(ops);
  });

  it('normalises no single value, which ONNX Runtime 1.21 refuses', async () => {
    const { ops } = await graphOf(caseOf('layer normalisation of one value'));
    expect(ops).toEqual(['Sub', 'Add', 'Identity']);
  });

  it('leaves out dropout, and turns images once before many convolutions and once behind', async () => {
    const input = tf.input({ shape: [8, 8, 3] });
    const output = [
      l.conv2d({ filters: 2, kernelSize: 3, activation: 'relu' }),
      l.dropout({ rate: 0.5 }),
      l.batchNormalization({}),
      l.maxPooling2d({ poolSize: 2 }),
      l.conv2d({ filters: 2, kernelSize: 2 }),
      l.flatten(),
    ].reduce((x, layer) => layer.apply(x) as tf.SymbolicTensor, input);
    const { ops } = await graphOf(tf.model({ inputs: input, outputs: output }));
    expect(ops).toEqual([
      'Transpose',
      'Conv',
      'Relu',
      'Mul',
      'Add',
      'MaxPool',
      'Conv',
      'Transpose',
      'Reshape',
      'Identity',
    ]);
  });

  it('has one matrix for an embedding and the output that is tied to it', async () => {
    const { graph } = await graphOf(caseOf('tied output'));
    const tables = graph?.initializer.filter(({ dims }) => dims.includes(11n) && dims.includes(6n));
    expect(tables?.map(({ dims }) => dims)).toEqual([[11n, 6n]]);
  });

  it('names its inputs and outputs after their layers, and lengths that vary', async () => {
    const { graph } = await graphOf(caseOf('GRU, each state'));
    const [input] = graph?.input ?? [];
    const type = input?.type?.value;
    expect(input?.name).toBe('ids');
    expect(type?.case === 'tensorType' && type.value.shape?.dim.map(({ value }) => value.value)).toEqual([
      'batch',
      'ids_length_1',
    ]);
  });

  it('is the same bytes for the same model, and says which version it is', async () => {
    const files = filesOf(caseOf('branches that meet'));
    const [one, other] = [await writeOnnx(files), await writeOnnx(files)];
    expect(one.bytes).toEqual(other.bytes);
    const { metadataProps, producerName, opsetImport } = fromBinary(ModelProtoSchema, one.bytes);
    expect(metadataProps.map(({ key, value }) => [key, value])).toEqual([
      ['murmuration.model', files.hash],
      ['murmuration.weights', 'float32'],
    ]);
    expect(producerName).toBe('Murmuration');
    expect(opsetImport.map(({ version }) => version)).toEqual([17n]);
  });
});

describe('a model in memory', () => {
  it('becomes the same graph as its files', async () => {
    const model = caseOf('models within a model, one used twice');
    const { bytes } = onnxOf(model);
    expect(fromBinary(ModelProtoSchema, bytes).graph).toEqual((await graphOf(model)).graph);
  });
});

describe('a layer that has no counterpart', () => {
  const over = (...layers: tf.layers.Layer[]) => {
    const input = tf.input({ shape: [4, 4, 2] });
    const output = layers.reduce((x, layer) => layer.apply(x) as tf.SymbolicTensor, input);
    return tf.model({ inputs: input, outputs: l.prelu({}).apply(output) as tf.SymbolicTensor });
  };

  it('is refused by name, with those that there are', async () => {
    const model = over(l.upSampling2d({ name: 'larger' }));
    await expect(graphOf(model)).rejects.toMatchObject({
      code: 'export.unsupported',
      message: expect.stringMatching(/^The layer larger \(UpSampling2D\) .*: Dense, TiedDense, .*Conv2D/),
    });
  });

  it.each([
    [
      'channels first',
      () => over(l.conv2d({ name: 'odd', filters: 2, kernelSize: 2, dataFormat: 'channelsFirst' })),
      'channels first',
    ],
    [
      'an activation in a recurrent layer',
      () =>
        over(
          l.reshape({ targetShape: [8, 4] }),
          l.gru({ name: 'odd', units: 2, activation: 'selu', returnSequences: true }),
        ),
      'selu.*tanh',
    ],
    [
      'going backwards',
      () =>
        over(
          l.reshape({ targetShape: [8, 4] }),
          l.lstm({ name: 'odd', units: 2, goBackwards: true, returnSequences: true }),
        ),
      'goBackwards',
    ],
    ['normalising another axis', () => over(l.batchNormalization({ name: 'odd', axis: 1 })), 'another axis'],
    [
      'softmax over two axes',
      () => over(l.softmax({ name: 'odd', axis: [1, 2] as unknown as number })),
      'several axes',
    ],
  ])('is refused for an option: %s', async (_, build, words) => {
    await expect(graphOf(build())).rejects.toMatchObject({
      code: 'export.unsupported',
      message: expect.stringMatching(new RegExp(`The layer odd .*${words}`)),
    });
  });

  it('is refused where it passes over padding', async () => {
    const model = tf.sequential({
      layers: [
        l.embedding({ inputDim: 5, outputDim: 2, maskZero: true, inputLength: 3 }),
        l.dropout({ rate: 0.1 }),
        l.gru({ units: 2, name: 'odd' }),
      ],
    });
    await expect(graphOf(model)).rejects.toMatchObject({ message: expect.stringContaining('maskZero') });
  });
});
