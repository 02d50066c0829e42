import { int } from '../graph.ts';
import { inputOf, type LayerCall, type LayerWriter, refuse, requireChannelsLast } from '../layer-call.ts';
import type { AxisLengths, Operand } from '../values.ts';
import { turned } from './dense.ts';

/** Passes the value on: the layer only matters in training. */
export const unchanged: LayerWriter = call => inputOf(call);

export const flatten: LayerWriter = call => {
  requireChannelsLast(call);
  return reshaped(call);
};

export const reshape: LayerWriter = call => reshaped(call);

function reshaped(call: LayerCall): Operand {
  const { graph, shape, name } = call;
  const input = inputOf(call, 'last');
  return {
    ...input,
    name: graph.add('Reshape', [input.name, target(call, shape)], {}, { wanted: name }),
    shape,
  };
}

/** Target shape: the batch unchanged, and at most one length that follows from the others. */
function target(call: LayerCall, [, ...row]: AxisLengths): string {
  if (row.filter(length => length === null).length > 1)
    refuse(call, 'makes a shape with two unknown lengths');
  return call.graph.integers([0, ...row.map(length => length ?? -1)]);
}

/** Writes a permutation of the axes from 1 on, without the batch. */
export const permute: LayerWriter = call => {
  const { config, shape } = call;
  const input = inputOf(call, 'last');
  const axes = [0, ...(config.dims as readonly number[])];
  return { ...input, name: turned(call, input.name, axes), shape };
};

export const repeat: LayerWriter = call => {
  const { graph, config, shape } = call;
  const input = inputOf(call, 'last');
  const column = graph.add('Unsqueeze', [input.name, graph.integers([1])]);
  const name = graph.add('Expand', [column, graph.integers([1, config.n as number, 1])]);
  return { ...input, name, shape };
};

export const concatenate: LayerWriter = call => {
  const { graph, orders, config, shape, inputs, name } = call;
  const rank = shape.length;
  const given = (config.axis ?? -1) as number;
  const axis = given < 0 ? rank + given : given;
  const parts = inputs.map(input => orders.put(input, 'last'));
  const [first] = parts;
  if (!first) return refuse(call, 'has no inputs');
  const joined = graph.add(
    'Concat',
    parts.map(part => part.name),
    { axis: int(axis) },
    { wanted: name },
  );
  return { ...first, name: joined, shape, masked: parts.some(({ masked }) => masked) };
};

/** Writer of one operator over two or more tensors of the same rank. */
export function merged(op: 'Add' | 'Mul' | 'Max' | 'Min' | 'Mean'): LayerWriter {
  return call => {
    const { graph, orders, shape, inputs, name } = call;
    const order = inputs.every(input => input.order === 'first') ? 'first' : 'last';
    const [first, ...others] = inputs.map(input => orders.put(input, order));
    if (!first || others.some(other => other.shape.length !== first.shape.length))
      return refuse(call, 'puts tensors of different ranks together');
    const masked = inputs.some(input => input.masked);
    if (op === 'Add' || op === 'Mul') {
      const result = others.reduce(
        (sum, other) => graph.add(op, [sum, other.name], {}, { wanted: name }),
        first.name,
      );
      return { ...first, name: result, shape, masked };
    }
    const names = [first, ...others].map(input => input.name);
    return { ...first, name: graph.add(op, names, {}, { wanted: name }), shape, masked };
  };
}
