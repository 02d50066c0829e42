import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import * as tf from '@murmuration/engine/tfjs/tf';
import { beforeAll, describe, expect, it } from 'vitest';

const load = createRequire(import.meta.url);
type Method = (...args: unknown[]) => tf.Tensor | tf.Tensor[] | Record<string, tf.Tensor>;

/** The methods of tensors before anybody has loaded the whole of TensorFlow.js, which defines its own. */
const own = new Map(
  Object.entries(Object.getOwnPropertyDescriptors(tf.Tensor.prototype))
    .filter(([, { value }]) => typeof value === 'function')
    .map(([name, { value }]) => [name, value as Method]),
);
const gradients = () =>
  new Set(Object.values(tf).filter(name => typeof name === 'string' && tf.getGradient(name)));
const ownGradients = gradients();
let whole: typeof tf;

beforeAll(async () => {
  await tf.setBackend('cpu');
  whole = load('@tensorflow/tfjs');
});

describe('the parts of TensorFlow.js beside the whole', () => {
  it('are the same copy', () => {
    expect(whole.Tensor).toBe(tf.Tensor);
    expect(whole.engine()).toBe(tf.engine());
    const model = whole.sequential({ layers: [whole.layers.dense({ units: 1, inputShape: [2] })] });
    expect(model).toBeInstanceOf(tf.LayersModel);
    expect(model.predict(tf.ones([1, 2]))).toBeInstanceOf(whole.Tensor);
  });

  it('lack nothing of it but what is for graph models, data sets and WebGL', () => {
    const missing = Object.keys(whole).filter(name => !(name in tf));
    expect(missing.sort().join(' ')).toBe(
      'GPGPUContext GraphModel MathBackendWebGL data deregisterOp forceHalfFloat gpgpu_util loadGraphModel loadGraphModelSync registerOp setWebGLContext version version_converter version_webgl webgl webgl_util',
    );
  });

  it('have the same gradients', () => {
    expect(ownGradients.size).toBeGreaterThan(90);
    expect(gradients()).toEqual(ownGradients);
  });
});

describe('the methods of tensors', () => {
  const folder = new URL(
    './public/chained_ops/',
    `file://${load.resolve('@tensorflow/tfjs-core/dist/index.js')}`,
  );
  const names = readdirSync(folder)
    .filter(file => /^(?!register).*(?<!_test)\.js$/.test(file))
    .flatMap(file => [
      ...readFileSync(new URL(file, folder), 'utf8').matchAll(/\.prototype\.(\w+) =\s*function/g),
    ])
    .map(([, name]) => name!);
  const matrix = () => tf.tensor2d([0.1, 0.2, 0.3, 0.4], [2, 2]);
  const image = () => tf.range(0, 16, 1, 'float32').reshape([1, 4, 4, 1]) as tf.Tensor4D;
  const truths = () => tf.tensor2d([1, 0, 0, 1], [2, 2], 'bool');
  const complex = () => tf.complex([1, 2, 3, 4], [0, 1, 0, 1]);
  const filter = () => tf.ones([2, 2, 1, 1]);
  /** The tensor and the arguments of those that take no matrix, or more than one. */
  const cases: Record<string, () => readonly unknown[]> = {
    as2D: () => [matrix(), 4, 1],
    as3D: () => [matrix(), 1, 4, 1],
    as4D: () => [matrix(), 1, 4, 1, 1],
    as5D: () => [matrix(), 1, 4, 1, 1, 1],
    asScalar: () => [tf.tensor([3])],
    asType: () => [matrix(), 'int32'],
    all: () => [truths(), 1],
    any: () => [truths(), 1],
    avgPool: () => [image(), 2, 2, 'valid'],
    batchNorm: () => [matrix(), tf.tensor1d([0.1, 0.2]), tf.tensor1d([1, 2]), undefined, undefined, 0.1],
    batchToSpaceND: () => [
      tf.ones([4, 1, 1, 1]),
      [2, 2],
      [
        [0, 0],
        [0, 0],
      ],
    ],
    broadcastTo: () => [matrix(), [3, 2, 2]],
    cast: () => [matrix(), 'int32'],
    clipByValue: () => [matrix(), 0.15, 0.35],
    concat: () => [matrix(), matrix(), 1],
    conv1d: () => [tf.ones([1, 4, 1]), tf.ones([2, 1, 1]), 1, 'valid'],
    conv2d: () => [image(), filter(), 1, 'same'],
    conv2dTranspose: () => [image(), filter(), [1, 5, 5, 1], 1, 'valid'],
    cumprod: () => [matrix(), 1, true, true],
    cumsum: () => [matrix(), 1, true, true],
    depthToSpace: () => [tf.range(0, 4, 1, 'float32').reshape([1, 1, 1, 4]), 2, 'NHWC'],
    depthwiseConv2d: () => [image(), filter(), 1, 'same'],
    dilation2d: () => [image(), tf.ones([2, 2, 1]), 1, 'same'],
    expandDims: () => [matrix(), 1],
    fft: () => [complex()],
    gather: () => [matrix(), tf.tensor1d([1, 0], 'int32'), 1],
    ifft: () => [complex()],
    irfft: () => [complex().reshape([1, 4])],
    leakyRelu: () => [matrix(), 0.3],
    localResponseNormalization: () => [image(), 1, 2, 0.5, 0.5],
    logicalAnd: () => [truths(), truths()],
    logicalNot: () => [truths()],
    logicalOr: () => [truths(), truths()],
    logicalXor: () => [truths(), truths()],
    logSoftmax: () => [matrix()],
    matMul: () => [matrix(), tf.ones([3, 2]), false, true],
    maxPool: () => [image(), 2, 2, 'valid'],
    mirrorPad: () => [
      matrix(),
      [
        [1, 1],
        [0, 0],
      ],
      'reflect',
    ],
    norm: () => [matrix(), 1, 0],
    oneHot: () => [tf.tensor1d([1, 0], 'int32'), 3, 2, 1],
    pad: () => [
      matrix(),
      [
        [1, 0],
        [0, 1],
      ],
      7,
    ],
    pool: () => [image(), [2, 2], 'max', 'valid', [1, 1], [2, 2]],
    prelu: () => [matrix(), tf.tensor1d([0.1, 0.2])],
    reverse: () => [matrix(), 1],
    reshape: () => [matrix(), [4, 1]],
    reshapeAs: () => [matrix(), tf.ones([1, 4])],
    resizeBilinear: () => [image(), [2, 3], true],
    resizeNearestNeighbor: () => [image(), [2, 3], true],
    separableConv2d: () => [image(), filter(), tf.ones([1, 1, 1, 1]), 1, 'same'],
    slice: () => [matrix(), [0, 1], [2, 1]],
    softmax: () => [matrix()],
    spaceToBatchND: () => [
      image(),
      [2, 2],
      [
        [0, 0],
        [0, 0],
      ],
    ],
    split: () => [matrix(), [1, 1], 1],
    squeeze: () => [tf.ones([1, 2, 1]), [0]],
    stack: () => [matrix(), [matrix(), matrix()], 1],
    stridedSlice: () => [matrix(), [0, 0], [2, 2], [1, 2]],
    tile: () => [matrix(), [1, 2]],
    topk: () => [matrix(), 1],
    transpose: () => [matrix(), [1, 0]],
    unique: () => [tf.tensor1d([1, 2, 1])],
    unsortedSegmentSum: () => [matrix(), tf.tensor1d([1, 0], 'int32'), 2],
    unstack: () => [matrix(), 1],
    where: () => [matrix(), truths(), tf.zeros([2, 2])],
  };
  const reducing = /^(argMax|argMin|euclideanNorm|logSumExp|max|mean|min|prod|sum)$/;
  const argumentsOf = (name: string) =>
    cases[name]?.() ?? (reducing.test(name) ? [matrix(), 1, true] : [matrix(), matrix()]);

  const plain = (result: ReturnType<Method>) =>
    JSON.stringify(
      (result instanceof tf.Tensor ? [result] : Object.values(result)).map(each => [
        each.dtype,
        each.shape,
        [...each.dataSync()],
      ]),
    );

  it('are all that the core has files for', () => {
    expect(names.length).toBeGreaterThan(130);
    expect([...own.keys()].filter(name => names.includes(name)).sort()).toEqual(names.sort());
  });

  it.each(names)("%s gives what the library's own gives", name => {
    const theirs = (whole.Tensor.prototype as unknown as Record<string, Method>)[name]!;
    const ours = own.get(name)!;
    expect(ours).not.toBe(theirs);
    const [x, ...args] = argumentsOf(name);
    expect(plain(ours.apply(x, args))).toBe(plain(theirs.apply(x, args)));
  });

  it('refuse a tensor that is disposed, and one that is no scalar', () => {
    const gone = matrix();
    gone.dispose();
    expect(() => own.get('square')!.apply(gone)).toThrow('disposed');
    expect(() => own.get('asScalar')!.apply(matrix())).toThrow('only 1 element');
  });

  it('take one tensor or a list of them', () => {
    for (const name of ['stack', 'concat'])
      expect(plain(own.get(name)!.call(matrix(), matrix(), 0))).toBe(
        plain(own.get(name)!.call(matrix(), [matrix()], 0)),
      );
  });
});
