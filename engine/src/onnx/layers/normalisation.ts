import { float, int } from '../graph.ts';
import {
  type Affine,
  inputOf,
  type LayerCall,
  type LayerWriter,
  refuse,
  type Weight,
} from '../layer-call.ts';
import { axisIn } from '../values.ts';

/**
 * Writes batch normalisation outside training, with its mean and variance as constants, if no layer before it
 * folds it in.
 */
export const batchNormalisation: LayerWriter = call => {
  const { graph, shape, name, config } = call;
  const input = inputOf(call);
  const { factor, shift } = affineOf(call.config, call.weights);
  // tfjs repeats the means of any other axis along the last one.
  if (!isOverChannels(config, shape.length)) return refuse(call, 'normalises another axis than the last');
  const axis = axisIn(input, -1);
  const sizes = input.shape.map((_, at) => (at === axis ? factor.length : 1));
  const scaled = graph.add('Mul', [input.name, graph.vector(`${name}_factor`, factor, sizes)]);
  const moved = graph.add('Add', [scaled, graph.vector(`${name}_shift`, shift, sizes)], {}, { wanted: name });
  return { ...input, name: moved, shape };
};

/** Batch normalisation as a factor and a shift of each channel (Ioffe & Szegedy 2015, algorithm 2). */
export function affineOf(config: LayerCall['config'], weights: readonly Weight[]): Affine {
  const rest = weights.map(({ values }) => values);
  const gamma = config.scale === false ? undefined : rest.shift();
  const beta = config.center === false ? undefined : rest.shift();
  const [mean = new Float32Array(), variance = new Float32Array()] = rest;
  const factors = Array.from(
    variance,
    (value, at) => (gamma?.[at] ?? 1) / Math.sqrt(value + (config.epsilon as number)),
  );
  return {
    factor: Float32Array.from(factors),
    shift: Float32Array.from(factors, (factor, at) => (beta?.[at] ?? 0) - factor * (mean[at] ?? 0)),
  };
}

/** True if a batch normalisation is over the last of `rank` axes. */
export function isOverChannels({ axis }: LayerCall['config'], rank: number): boolean {
  return axis === undefined || axis === -1 || axis === rank - 1;
}

/** Writes layer normalisation (Ba, Kiros & Hinton 2016) over the last axis. */
export const layerNormalisation: LayerWriter = call => {
  const { graph, config, shape, name, weights } = call;
  const input = inputOf(call, 'last');
  const axes = [(config.axis ?? -1) as number | readonly number[]].flat();
  const [axis = -1, ...others] = axes.map(at => (at < 0 ? shape.length + at : at));
  if (others.length > 0 || axis !== shape.length - 1)
    return refuse(call, 'normalises other axes than the last');
  const rest = weights.map(({ values }) => values);
  const width = shape[axis] ?? 1;
  const gamma = (config.scale === false ? undefined : rest.shift()) ?? new Float32Array(width).fill(1);
  const beta = config.center === false ? undefined : rest.shift();
  if (width === 1) {
    // A single value minus its mean is 0; ONNX Runtime 1.21 and later refuse the operator for it.
    const nothing = graph.add('Sub', [input.name, input.name]);
    const shift = graph.vector(`${name}_beta`, beta ?? new Float32Array(1));
    return { ...input, name: graph.add('Add', [nothing, shift], {}, { wanted: name }), shape };
  }
  const normalised = graph.add(
    'LayerNormalization',
    [input.name, graph.vector(`${name}_gamma`, gamma), ...(beta ? [graph.vector(`${name}_beta`, beta)] : [])],
    { axis: int(-1), epsilon: float(config.epsilon as number) },
    { wanted: name },
  );
  return { ...input, name: normalised, shape };
};
