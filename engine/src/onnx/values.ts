import { type Graph, ints } from './graph.ts';

/** Lengths of axes; null for one that is known only when the model runs. */
export type AxisLengths = readonly (number | null)[];

/** Tensor of the graph. Its shape has channels last, as in tfjs; `order` is its actual layout in the file. */
export interface Operand {
  readonly name: string;
  readonly shape: AxisLengths;
  readonly order: Order;
  readonly type: 'float32' | 'int32';
  /** True if recurrent layers skip some of its steps. */
  readonly masked: boolean;
}

/** Place of the channel axis; convolutions of ONNX want it right behind the batch. */
export type Order = 'last' | 'first';

/** Transposes tensors to the order that a node wants, each only once. */
export class Orders {
  readonly #graph: Graph;
  readonly #turned = new Map<string, string>();

  constructor(graph: Graph) {
    this.#graph = graph;
  }

  put(value: Operand, order: Order): Operand {
    const rank = value.shape.length;
    if (value.order === order || rank < 3) return { ...value, order };
    const name =
      this.#turned.get(value.name) ??
      this.#graph.add('Transpose', [value.name], { perm: ints(permutation(rank, order)) });
    this.#turned.set(value.name, name);
    return { ...value, name, order };
  }
}

/** Permutation that moves the last axis behind the first one, or back. */
function permutation(rank: number, to: Order): readonly number[] {
  const inner = Array.from({ length: rank - 2 }, (_, at) => at + (to === 'first' ? 1 : 2));
  return to === 'first' ? [0, rank - 1, ...inner] : [0, ...inner, 1];
}

/** Place in the file of an axis of the shape. */
export function axisIn({ shape, order }: Operand, axis: number): number {
  const rank = shape.length;
  const at = axis < 0 ? rank + axis : axis;
  if (order === 'last' || rank < 3 || at === 0) return at;
  return at === rank - 1 ? 1 : at + 1;
}

/** Copies an array with its axes in another order. */
export function transposed(
  values: Float32Array,
  shape: readonly number[],
  axes: readonly number[],
): Float32Array {
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((all, length) => all * length, 1));
  const lengths = axes.map(axis => shape[axis] ?? 1);
  const steps = axes.map(axis => strides[axis] ?? 1);
  const result = new Float32Array(values.length);
  const index = axes.map(() => 0);
  let from = 0;
  for (let to = 0; to < result.length; to++) {
    result[to] = values[from] ?? 0;
    for (let axis = axes.length - 1; axis >= 0; axis--) {
      const at = (index[axis] ?? 0) + 1;
      const step = steps[axis] ?? 0;
      const length = lengths[axis] ?? 1;
      from += step;
      if (at < length) {
        index[axis] = at;
        break;
      }
      index[axis] = 0;
      from -= step * length;
    }
  }
  return result;
}
