import { startBackend } from '@murmuration/engine/backend/backend';
import * as tf from '@murmuration/engine/tfjs/tf';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { integers, numbers, on, relativeError } from '../numbers.ts';

beforeAll(async () => {
  await startBackend();
});

const tolerance = 1e-5;
const seed = fc.integer({ min: 0, max: 10_000 });
const size = (max: number) => fc.integer({ min: 1, max });

/** Holds what WebAssembly computes to what the CPU backend computes. */
async function agrees(compute: () => tf.Tensor): Promise<void> {
  const [expected] = await on('cpu', () => [compute()]);
  const [actual] = await on('wasm', () => [compute()]);
  expect(relativeError(actual, expected)).toBeLessThan(tolerance);
}

describe('UnsortedSegmentSum', () => {
  it('agrees with the CPU backend, ids outside the segments dropped', async () => {
    await fc.assert(
      fc.asyncProperty(
        size(9),
        fc.array(size(4), { maxLength: 2 }),
        size(7),
        fc.constantFrom('float32' as const, 'int32' as const),
        seed,
        async (rows, inner, segments, dtype, seed) => {
          const shape = [rows, ...inner];
          const x = numbers(tf.util.sizeFromShape(shape), seed, 100);
          const ids = integers(rows, seed + 1, segments + 4).map(id => id - 2);
          await agrees(() =>
            tf.unsortedSegmentSum(tf.tensor(x, shape).cast(dtype), tf.tensor1d(ids, 'int32'), segments),
          );
        },
      ),
      { numRuns: 60 },
    );
  });

  it('drops negative ids and those past the last segment', async () => {
    const [sums] = await on('wasm', () => [
      tf.unsortedSegmentSum(
        tf.tensor2d([
          [1, 2],
          [4, 8],
          [16, 32],
          [64, 128],
        ]),
        tf.tensor1d([-1, 2, 3, 0], 'int32'),
        3,
      ),
    ]);
    expect([...sums]).toEqual([64, 128, 0, 0, 4, 8]);
  });

  it('is the gradient of a lookup, repeated words added up', async () => {
    const [outputGradients] = await on('wasm', () => [
      tf.grad(table => tf.gather(table, tf.tensor1d([2, 0, 2], 'int32')).sum())(tf.ones([4, 2])),
    ]);
    expect([...outputGradients]).toEqual([1, 1, 0, 0, 2, 2, 0, 0]);
  });
});

type Shape4D = [number, number, number, number];

interface Convolution {
  readonly batch: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly filterHeight: number;
  readonly filterWidth: number;
  readonly outputs: number;
  readonly strides: [number, number];
  readonly pad: 'same' | 'valid' | number;
  readonly seed: number;
}

/** Sizes of a convolution that fits its input. */
const convolution: fc.Arbitrary<Convolution> = fc
  .record({
    batch: size(3),
    height: size(7),
    width: size(7),
    channels: size(4),
    filterHeight: size(3),
    filterWidth: size(3),
    outputs: size(3),
    strides: fc.tuple(size(3), size(3)),
    pad: fc.constantFrom('same' as const, 'valid' as const, 1),
    seed,
  })
  .filter(
    ({ height, width, filterHeight, filterWidth, pad }) =>
      pad === 'same' || (filterHeight <= height && filterWidth <= width),
  );

/** The kernels alone, from any dy: tfjs' own forward kernels are wrong for some shapes (its issues 5907 and 6629). */
describe('gradients of convolutions', () => {
  function window(c: Convolution, depthwise: boolean) {
    const filterShape = [c.filterHeight, c.filterWidth, c.channels, c.outputs] as Shape4D;
    const inputShape = [c.batch, c.height, c.width, c.channels] as Shape4D;
    const dimRoundingMode = typeof c.pad === 'number' ? 'floor' : undefined;
    const { outShape } = tf.backend_util.computeConv2DInfo(
      inputShape,
      filterShape,
      c.strides,
      1,
      c.pad,
      dimRoundingMode,
      depthwise,
    );
    const attributes: tf.NamedAttrMap = {
      strides: c.strides,
      pad: c.pad,
      ...(dimRoundingMode && { dimRoundingMode }),
      dataFormat: 'NHWC',
      dilations: 1,
    };
    return { filterShape, inputShape, outShape, attributes };
  }

  const filled = (shape: number[], seed: number) =>
    tf.tensor(numbers(tf.util.sizeFromShape(shape), seed), shape);

  it('Conv2DBackpropFilter agrees with the CPU backend', async () => {
    await fc.assert(
      fc.asyncProperty(convolution, async c => {
        const { filterShape, inputShape, outShape, attributes } = window(c, false);
        await agrees(() => {
          const inputs = { x: filled(inputShape, c.seed), dy: filled(outShape, c.seed + 1) };
          return tf
            .engine()
            .runKernel('Conv2DBackpropFilter', inputs, { ...attributes, filterShape }) as tf.Tensor;
        });
      }),
      { numRuns: 80 },
    );
  });

  it('DepthwiseConv2dNativeBackpropFilter agrees with the CPU backend', async () => {
    await fc.assert(
      fc.asyncProperty(convolution, async c => {
        const { filterShape, inputShape, outShape, attributes } = window(c, true);
        await agrees(() => {
          const inputs = { x: filled(inputShape, c.seed), dy: filled(outShape, c.seed + 1) };
          const kernel = 'DepthwiseConv2dNativeBackpropFilter';
          return tf.engine().runKernel(kernel, inputs, { ...attributes, filterShape }) as tf.Tensor;
        });
      }),
      { numRuns: 80 },
    );
  });

  it('DepthwiseConv2dNativeBackpropInput agrees with the CPU backend', async () => {
    await fc.assert(
      fc.asyncProperty(convolution, async c => {
        const { filterShape, inputShape, outShape, attributes } = window(c, true);
        await agrees(() => {
          const inputs = { dy: filled(outShape, c.seed), filter: filled(filterShape, c.seed + 1) };
          const kernel = 'DepthwiseConv2dNativeBackpropInput';
          return tf.engine().runKernel(kernel, inputs, { ...attributes, inputShape }) as tf.Tensor;
        });
      }),
      { numRuns: 80 },
    );
  });

  it("are tfjs' gradients of conv2d and depthwiseConv2d", async () => {
    for (const operation of [tf.conv2d, tf.depthwiseConv2d]) {
      for (const argument of [0, 1]) {
        await agrees(
          () =>
            tf.grads((x: tf.Tensor, filter: tf.Tensor) =>
              operation(x as tf.Tensor4D, filter as tf.Tensor4D, 2, 'same')
                .square()
                .sum(),
            )([filled([2, 7, 6, 3], 1), filled([3, 2, 3, 4], 2)])[argument]!,
        );
      }
    }
  });
});

describe('matrix products', () => {
  it('agree with the CPU backend in all four transpositions, with and without a batch', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom<readonly [number[], number[]]>(
          [[], []],
          [[3], [3]],
          [
            [2, 3],
            [2, 3],
          ],
          [[1], [4]],
          [[4], [1]],
        ),
        size(9),
        size(9),
        size(9),
        fc.boolean(),
        fc.boolean(),
        seed,
        async ([outerA, outerB], m, k, n, transposeA, transposeB, seed) => {
          const shapeA = [...outerA, ...(transposeA ? [k, m] : [m, k])];
          const shapeB = [...outerB, ...(transposeB ? [n, k] : [k, n])];
          const a = numbers(tf.util.sizeFromShape(shapeA), seed);
          const b = numbers(tf.util.sizeFromShape(shapeB), seed + 1);
          await agrees(() => tf.matMul(tf.tensor(a, shapeA), tf.tensor(b, shapeB), transposeA, transposeB));
        },
      ),
      { numRuns: 150 },
    );
  });
});
