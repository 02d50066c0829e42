import { activated } from '../activations.ts';
import { type Attributes, int, ints, string } from '../graph.ts';
import {
  eachAxis,
  inputOf,
  type LayerCall,
  type LayerWriter,
  refuse,
  requireChannelsLast,
  type Weight,
  weightOf,
} from '../layer-call.ts';
import { type Operand, transposed } from '../values.ts';
import { biasOf, scaled } from './dense.ts';

/** Kernel that moves over the axes between batch and channels. */
interface Window {
  readonly size: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
}

/** Writes convolutions over one or two axes, kernels `[…, inputs, filters]`. */
export const convolution: LayerWriter = call => {
  requireChannelsLast(call);
  const bias = call.config.useBias === true ? weightOf(call, 1).values : undefined;
  const window = windowOf(call, weightOf(call, 0));
  const input = inputOf(call, 'first');
  return activated(call, convolved(call, input, weightOf(call, 0), { window, bias, last: true }));
};

/** Writes a convolution of each channel with its own kernels, `[height, width, inputs, multiplier]`. */
export const depthwise: LayerWriter = call => {
  requireChannelsLast(call);
  const bias = call.config.useBias === true ? weightOf(call, 1).values : undefined;
  return activated(call, byChannel(call, weightOf(call, 0), bias, true));
};

/** Writes a depthwise convolution, and a 1 × 1 convolution behind it. */
export const separable: LayerWriter = call => {
  requireChannelsLast(call);
  const bias = call.config.useBias === true ? weightOf(call, 2).values : undefined;
  const spread = byChannel(call, weightOf(call, 0), undefined, false);
  const window = { size: [1, 1], strides: [1, 1], dilations: [1, 1] };
  return activated(call, convolved(call, spread, weightOf(call, 1), { window, bias, last: true }));
};

function byChannel(call: LayerCall, kernel: Weight, bias: Float32Array | undefined, last: boolean): Operand {
  const [height = 1, width = 1, inputs = 1, multiplier = 1] = kernel.shape;
  // Output channels are grouped by input channel, as in ONNX.
  const flat = { values: kernel.values, shape: [height, width, 1, inputs * multiplier] };
  const options = { window: windowOf(call, kernel), bias, last, groups: inputs };
  return convolved(call, inputOf(call, 'first'), flat, options);
}

interface ConvolutionOptions {
  readonly window: Window;
  readonly bias: Float32Array | undefined;
  /** True if a batch normalisation behind the layer is folded in. */
  readonly last: boolean;
  readonly groups?: number;
}

function convolved(
  call: LayerCall,
  input: Operand,
  kernel: Weight,
  { window, bias, last, groups = 1 }: ConvolutionOptions,
): Operand {
  const { graph, name, shape } = call;
  const rank = kernel.shape.length;
  const axes = [rank - 1, rank - 2, ...Array.from({ length: rank - 2 }, (_, axis) => axis)];
  const values = transposed(last ? scaled(kernel.values, call.affine) : kernel.values, kernel.shape, axes);
  const sizes = axes.map(axis => kernel.shape[axis] ?? 1);
  const whole = last ? biasOf(call, bias) : bias;
  const wanted = last ? name : `${name}_spread`;
  const output = graph.add(
    'Conv',
    [
      input.name,
      graph.matrix(`${wanted}_kernel`, values, sizes, 0).asFloat(),
      ...(whole ? [graph.vector(`${wanted}_bias`, whole)] : []),
    ],
    {
      kernel_shape: ints(window.size),
      strides: ints(window.strides),
      dilations: ints(window.dilations),
      group: int(groups),
      ...padding(call, input, window),
    },
    { wanted },
  );
  const channels = sizes[0] ?? null;
  return { ...input, name: output, shape: last ? shape : [...shape.slice(0, -1), channels] };
}

function windowOf({ config }: LayerCall, kernel: Weight): Window {
  const size = kernel.shape.slice(0, -2);
  return {
    size,
    strides: eachAxis(config.strides ?? 1, size.length),
    dilations: eachAxis(config.dilationRate ?? 1, size.length),
  };
}

/** Writer of the maximum of each window, or of the mean without padding. */
export function pooling(op: 'MaxPool' | 'AveragePool'): LayerWriter {
  return call => {
    requireChannelsLast(call);
    const { graph, config, shape, name } = call;
    const input = inputOf(call, 'first');
    const axes = shape.length - 2;
    const size = eachAxis(config.poolSize ?? 2, axes);
    const strides = eachAxis(config.strides ?? config.poolSize ?? 2, axes);
    const window = { size, strides, dilations: size.map(() => 1) };
    const output = graph.add(
      op,
      [input.name],
      { kernel_shape: ints(size), strides: ints(strides), ...padding(call, input, window) },
      { wanted: name },
    );
    return { ...input, name: output, shape };
  };
}

/** Writer of a reduction over all pixels or steps of each channel. */
export function globalPooling(op: 'ReduceMean' | 'ReduceMax'): LayerWriter {
  return call => {
    requireChannelsLast(call);
    const { graph, shape, name } = call;
    const input = inputOf(call);
    const from = input.order === 'first' ? 2 : 1;
    const axes = Array.from({ length: input.shape.length - 2 }, (_, axis) => axis + from);
    const output = graph.add(op, [input.name], { axes: ints(axes), keepdims: int(0) }, { wanted: name });
    return { ...input, name: output, shape, order: 'last', masked: false };
  };
}

/** Writes zeros around images. */
export const zeroPadding: LayerWriter = call => {
  requireChannelsLast(call);
  const { graph, config, shape, name } = call;
  const input = inputOf(call, 'last');
  const [[top, bottom], [left, right]] = config.padding as readonly [
    readonly [number, number],
    readonly [number, number],
  ];
  const pads = graph.integers([0, top, left, 0, 0, bottom, right, 0]);
  return { ...input, name: graph.add('Pad', [input.name, pads], {}, { wanted: name }), shape };
};

/**
 * Padding as in TensorFlow: 'same' puts the smaller half before, so that there is one output for each stride.
 * If the length of an axis is unknown, the runtime computes the same numbers.
 */
function padding(call: LayerCall, input: Operand, { size, strides, dilations }: Window): Attributes {
  const { config } = call;
  const kind = config.padding ?? 'valid';
  const reach = size.map((length, axis) => (length - 1) * (dilations[axis] ?? 1));
  if (kind === 'valid') return {};
  if (kind !== 'same') return refuse(call, `has the padding ${String(kind)}`);
  const pads = reach.map((length, axis) => {
    const stride = strides[axis] ?? 1;
    const given = input.shape[axis + 1];
    if (stride === 1) return length;
    if (given === null || given === undefined) return null;
    return Math.max(0, (Math.ceil(given / stride) - 1) * stride + length + 1 - given);
  });
  const known = pads.filter(pad => pad !== null);
  if (known.length < pads.length) return { auto_pad: string('SAME_UPPER') };
  const before = known.map(pad => Math.floor(pad / 2));
  return { pads: ints([...before, ...known.map((pad, axis) => pad - (before[axis] ?? 0))]) };
}
