/**
 * Operations of TensorFlow.js as methods of tensors: `x.square().mean()`. Its core declares them all, but
 * defines them only in files for bundlers. This file defines them also on Node, on the build of the core that
 * the process or page has.
 */
// biome-ignore format: one name a line would be 118 lines.
import {
  abs, acos, acosh, add, all, any, argMax, argMin, asin, asinh, atan, atan2, atanh, avgPool, batchNorm, batchToSpaceND, broadcastTo,
  cast, ceil, clipByValue, concat, conv1d, conv2d, conv2dTranspose, cos, cosh, cumprod, cumsum, depthToSpace, depthwiseConv2d,
  dilation2d, div, divNoNan, dot, elu, equal, erf, euclideanNorm, exp, expandDims, expm1, fft, isFinite as finite, floor, floorDiv, gather, greater,
  greaterEqual, ifft, image, irfft, isInf, leakyRelu, less, lessEqual,
  localResponseNormalization, log, log1p, logicalAnd, logicalNot, logicalOr, logicalXor, logSigmoid, logSoftmax, logSumExp, matMul,
  max, maximum, maxPool, mean, min, minimum, mirrorPad, mod, mul, neg, norm, isNaN as notANumber, notEqual, oneHot, onesLike, pad, pool, pow, prelu, prod,
  reciprocal, relu, relu6, reshape, reverse, rfft, round, rsqrt, selu, separableConv2d, sigmoid, sign, sin, sinh, slice, softmax,
  softplus, spaceToBatchND, split, sqrt, square, squaredDifference, squeeze, stack, step, stridedSlice, sub, sum, Tensor, tan, tanh,
  tile, topk, transpose, unique, unsortedSegmentSum, unstack, util, where, zerosLike,
} from '#tfjs';

const { resizeBilinear, resizeNearestNeighbor } = image;

/** Operations whose first argument is the tensor itself. */
// biome-ignore format: one name a line would be 115 lines.
const operations = {
  abs, acos, acosh, add, all, any, argMax, argMin, asin, asinh, asType: cast, atan, atan2, atanh, avgPool, batchNorm, batchToSpaceND,
  broadcastTo, cast, ceil, clipByValue, conv1d, conv2d, conv2dTranspose, cos, cosh, cumprod, cumsum, depthToSpace, depthwiseConv2d,
  dilation2d, div, divNoNan, dot, elu, equal, erf, euclideanNorm, exp, expandDims, expm1, fft, floor, floorDiv, gather, greater,
  greaterEqual, ifft, irfft, isFinite: finite, isInf, isNaN: notANumber, leakyRelu, less, lessEqual, localResponseNormalization, log,
  log1p, logicalAnd, logicalNot, logicalOr, logicalXor, logSigmoid, logSoftmax, logSumExp, matMul, max, maximum, maxPool, mean, min,
  minimum, mirrorPad, mod, mul, neg, norm, notEqual, oneHot, onesLike, pad, pool, pow, prelu, prod, reciprocal, relu, relu6, reshape,
  resizeBilinear, resizeNearestNeighbor, reverse, rfft, round, rsqrt, selu, separableConv2d, sigmoid, sign, sin, sinh, slice, softmax,
  softplus, spaceToBatchND, split, sqrt, square, squaredDifference, squeeze, step, stridedSlice, sub, sum, tan, tanh, tile, topk,
  transpose, unique, unsortedSegmentSum, unstack, zerosLike,
};

const asList = (tensors: Tensor | Tensor[]) => (tensors instanceof Tensor ? [tensors] : tensors);
const ofShape = (x: Tensor, ...shape: number[]) => reshape(x, shape);

/** Operations that need other arguments. */
const others = {
  as1D: (x: Tensor) => reshape(x, [x.size]),
  as2D: ofShape,
  as3D: ofShape,
  as4D: ofShape,
  as5D: ofShape,
  asScalar(x: Tensor) {
    util.assert(x.size === 1, () => 'The array must have only 1 element.');
    return reshape(x, []);
  },
  concat: (x: Tensor, more: Tensor | Tensor[], axis?: number) => concat([x, ...asList(more)], axis),
  flatten: (x: Tensor) => reshape(x, [x.size]),
  reshapeAs: (x: Tensor, like: Tensor) => reshape(x, like.shape),
  stack: (x: Tensor, more: Tensor | Tensor[], axis?: number) => stack([x, ...asList(more)], axis),
  toBool: (x: Tensor) => cast(x, 'bool'),
  toFloat: (x: Tensor) => cast(x, 'float32'),
  toInt: (x: Tensor) => cast(x, 'int32'),
  where: (x: Tensor, condition: Tensor, other: Tensor) => where(condition, x, other),
};

/** Adds the methods that tensors don't have yet. */
export function chainOperations(): void {
  for (const [name, operation] of Object.entries({ ...operations, ...others })) {
    if (Object.hasOwn(Tensor.prototype, name)) continue;
    const operate = operation as (x: Tensor, ...rest: unknown[]) => unknown;
    Object.defineProperty(Tensor.prototype, name, {
      value(this: Tensor, ...rest: unknown[]) {
        this.throwIfDisposed();
        return operate(this, ...rest);
      },
      configurable: true,
      enumerable: true,
      writable: true,
    });
  }
}
