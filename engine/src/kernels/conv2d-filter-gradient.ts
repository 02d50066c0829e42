import {
  BatchMatMul,
  backend_util,
  Conv2DBackpropFilter,
  type Conv2DBackpropFilterAttrs,
  getKernel,
  type TensorInfo,
} from '../tfjs/tf.ts';
import { allocate, floats, wasmKernel } from './heap.ts';
import { forEachTap } from './window.ts';

interface Inputs {
  /** `[batch, height, width, inChannels]`. */
  readonly x: TensorInfo;
  /** `[batch, outHeight, outWidth, outChannels]`. */
  readonly dy: TensorInfo;
}

/**
 * Gradient of a convolution with respect to its filter `[height, width, inChannels, outChannels]`, as one
 * matrix product: the patches of x that each filter value meets, `[taps · inChannels, pixels]`, times dy,
 * `[pixels, outChannels]`.
 */
export const conv2dFilterGradient = wasmKernel<Inputs, Conv2DBackpropFilterAttrs>(
  Conv2DBackpropFilter,
  ({ inputs: { x, dy }, attrs: { strides, pad, dataFormat, dimRoundingMode, filterShape }, backend }) => {
    if (dataFormat !== 'NHWC')
      throw new Error(`Conv2DBackpropFilter takes the data format NHWC, not ${dataFormat}.`);
    const window = backend_util.computeConv2DInfo(
      x.shape as [number, number, number, number],
      filterShape,
      strides,
      1,
      pad,
      dimRoundingMode,
    );
    const { inChannels, outChannels, filterHeight, filterWidth } = window;
    const pixels = window.batchSize * window.outHeight * window.outWidth;
    const rows = filterHeight * filterWidth * inChannels;

    const patches = allocate(backend, [rows, pixels]);
    const from = floats(backend, x);
    const to = floats(backend, patches);
    to.fill(0);
    forEachTap(window, (input, output, tap) => {
      const source = input * inChannels;
      let target = tap * inChannels * pixels + output;
      for (let channel = 0; channel < inChannels; channel++, target += pixels)
        to[target] = from[source + channel]!;
    });

    const gradient = getKernel(BatchMatMul, 'wasm').kernelFunc({
      inputs: { a: patches, b: { dataId: dy.dataId, dtype: dy.dtype, shape: [pixels, outChannels] } },
      attrs: { transposeA: false, transposeB: false },
      backend,
    }) as TensorInfo;
    backend.disposeData(patches.dataId);
    return { dataId: gradient.dataId, dtype: gradient.dtype, shape: [...filterShape] };
  },
);
