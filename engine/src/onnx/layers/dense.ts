import { activated } from '../activations.ts';
import { int, ints } from '../graph.ts';
import { type Affine, inputOf, type LayerCall, type LayerWriter, refuse, weightOf } from '../layer-call.ts';
import type { Operand } from '../values.ts';

/** Writes products of rows with a matrix `[inputs, units]`; any axes may come before the last one. */
export const dense: LayerWriter = call => {
  const { graph, config, name, shape } = call;
  const input = inputOf(call, 'last');
  const kernel = weightOf(call, 0);
  const bias = biasOf(call, config.useBias === true ? weightOf(call, 1).values : undefined);
  const matrix = graph
    .matrix(`${name}_kernel`, scaled(kernel.values, call.affine), kernel.shape, 1)
    .asFloat();
  const biasName = bias && graph.vector(`${name}_bias`, bias);
  if (shape.length === 2) {
    const product = graph.add(
      'Gemm',
      [input.name, matrix, ...(biasName ? [biasName] : [])],
      {},
      { wanted: name },
    );
    return activated(call, { ...input, name: product, shape });
  }
  const product = graph.add('MatMul', [input.name, matrix], {}, { wanted: name });
  const sum = biasName ? graph.add('Add', [product, biasName], {}, { wanted: name }) : product;
  return activated(call, { ...input, name: sum, shape });
};

/** Writes a linear output whose kernel is the embedding's table, which the file has only once. */
export const tiedDense: LayerWriter = call => {
  const { graph, config, name, shape, table } = call;
  const input = inputOf(call, 'last');
  if (!table) return refuse(call, 'has no embedding before it');
  const [, width = 1] = table.weight.shape;
  const matrix = graph.matrix(`${table.name}_table`, table.weight.values, table.weight.shape, 0).asFloat();
  const bias = config.useBias === true ? [graph.vector(`${name}_bias`, weightOf(call, 0).values)] : [];
  const isRow = shape.length === 2;
  const rows = isRow ? input.name : graph.add('Reshape', [input.name, graph.integers([-1, width])]);
  const product = graph.add('Gemm', [rows, matrix, ...bias], { transB: int(1) }, { wanted: name });
  return { ...input, name: isRow ? product : asMany(call, product, input), shape };
};

/** Restores the axes that the input has before its last one. */
function asMany({ graph, config }: LayerCall, rows: string, input: Operand): string {
  const before = graph.add('Shape', [input.name], { end: int(-1) });
  const units = graph.integers([config.units as number]);
  const shape = graph.add('Concat', [before, units], { axis: int(0) });
  return graph.add('Reshape', [rows, shape]);
}

/** Writes the lookup of a table's rows. */
export const embedding: LayerWriter = call => {
  const { graph, config, name, shape } = call;
  const input = inputOf(call, 'last');
  const { values, shape: sizes } = weightOf(call, 0);
  const ids = input.type === 'int32' ? input.name : graph.cast(input.name, 'int32');
  const { stored, type: kept, scales } = graph.matrix(`${name}_table`, values, sizes, 0);
  const rows = graph.add('Gather', [stored, ids], { axis: int(0) }, { wanted: name });
  const looked: Operand = { ...input, name: rows, shape, type: 'float32', masked: config.maskZero === true };
  // Only the rows that were looked up become float32, not the whole table.
  if (kept === 'float32') return looked;
  const asFloat = graph.cast(rows, 'float32');
  if (scales === undefined) return { ...looked, name: asFloat };
  const factors = graph.add('Gather', [scales, ids], { axis: int(0) });
  const column = graph.add('Unsqueeze', [factors, graph.integers([-1])]);
  return { ...looked, name: graph.add('Mul', [asFloat, column]) };
};

/** Multiplies kernels, whose last axes are the output's channels, by the factor of each channel. */
export function scaled(values: Float32Array, affine: Affine | undefined): Float32Array {
  if (!affine) return values;
  const { factor } = affine;
  return values.map((value, at) => value * (factor[at % factor.length] ?? 1));
}

/** Bias including a folded batch normalisation; undefined if there is neither. */
export function biasOf({ affine }: LayerCall, bias: Float32Array | undefined): Float32Array | undefined {
  if (!affine) return bias;
  const { factor, shift } = affine;
  return shift.map((value, at) => value + (factor[at] ?? 1) * (bias?.[at] ?? 0));
}

/** Transposes a value to another order of axes. */
export function turned({ graph }: LayerCall, name: string, axes: readonly number[]): string {
  return graph.add('Transpose', [name], { perm: ints(axes) });
}
