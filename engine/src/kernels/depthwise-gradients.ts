import {
  backend_util,
  DepthwiseConv2dNativeBackpropFilter,
  type DepthwiseConv2dNativeBackpropFilterAttrs,
  DepthwiseConv2dNativeBackpropInput,
  type DepthwiseConv2dNativeBackpropInputAttrs,
  type TensorInfo,
} from '../tfjs/tf.ts';
import { allocate, floats, wasmKernel } from './heap.ts';
import { forEachTap } from './window.ts';

type Shape4D = [number, number, number, number];

/**
 * Window of a depthwise convolution: filter `[height, width, channels, multiplier]`, outputs of one channel
 * side by side.
 */
function depthwiseWindow(
  inputShape: Shape4D,
  filterShape: Shape4D,
  { strides, dilations, pad, dimRoundingMode }: Omit<DepthwiseConv2dNativeBackpropFilterAttrs, 'filterShape'>,
): backend_util.Conv2DInfo {
  return backend_util.computeConv2DInfo(
    inputShape,
    filterShape,
    strides,
    dilations,
    pad,
    dimRoundingMode,
    true,
  );
}

export const depthwiseFilterGradient = wasmKernel<
  { readonly x: TensorInfo; readonly dy: TensorInfo },
  DepthwiseConv2dNativeBackpropFilterAttrs
>(DepthwiseConv2dNativeBackpropFilter, ({ inputs: { x, dy }, attrs, backend }) => {
  const window = depthwiseWindow(x.shape as Shape4D, attrs.filterShape, attrs);
  const { inChannels, outChannels } = window;
  const multiplier = outChannels / inChannels;
  const output = allocate(backend, attrs.filterShape);
  const values = floats(backend, x);
  const outputGradients = floats(backend, dy);
  const sums = floats(backend, output);
  sums.fill(0);
  forEachTap(window, (input, out, tap) => {
    let to = tap * outChannels;
    let outputGradient = out * outChannels;
    for (let channel = 0, at = input * inChannels; channel < inChannels; channel++, at++) {
      const value = values[at]!;
      for (let m = 0; m < multiplier; m++, to++, outputGradient++)
        sums[to]! += value * outputGradients[outputGradient]!;
    }
  });
  return output;
});

export const depthwiseInputGradient = wasmKernel<
  { readonly dy: TensorInfo; readonly filter: TensorInfo },
  DepthwiseConv2dNativeBackpropInputAttrs
>(DepthwiseConv2dNativeBackpropInput, ({ inputs: { dy, filter }, attrs, backend }) => {
  const window = depthwiseWindow(attrs.inputShape, filter.shape as Shape4D, attrs);
  const { inChannels, outChannels } = window;
  const multiplier = outChannels / inChannels;
  const output = allocate(backend, attrs.inputShape);
  const outputGradients = floats(backend, dy);
  const weights = floats(backend, filter);
  const sums = floats(backend, output);
  sums.fill(0);
  forEachTap(window, (input, out, tap) => {
    let weight = tap * outChannels;
    let outputGradient = out * outChannels;
    for (let channel = 0, to = input * inChannels; channel < inChannels; channel++, to++) {
      let sum = 0;
      for (let m = 0; m < multiplier; m++, weight++, outputGradient++)
        sum += weights[weight]! * outputGradients[outputGradient]!;
      sums[to]! += sum;
    }
  });
  return output;
});
