import type { Layout, WeightSpec } from './layout.ts';
import { sizeOf } from './layout.ts';

/**
 * Growth of a tensor: `rows` become `grown` along one axis; each row has `width` values, and there are
 * `blocks` groups of rows.
 */
interface GrownTensor {
  readonly rows: number;
  readonly grown: number;
  readonly blocks: number;
  readonly width: number;
}

/**
 * True if `after` is `before` with rows added at the end of tensors: the same names, and at most one length
 * of each shape larger. The embedding of a larger vocabulary has more rows, the kernel of an output more
 * columns.
 */
export function growsInto(before: Layout, after: Layout): boolean {
  return (
    before.tensors.length === after.tensors.length &&
    before.tensors.every((tensor, i) => growthOf(tensor, after.tensors[i]!) !== undefined)
  );
}

/**
 * Copies the values of `before` to their places in `after`, bit for bit, over those in `into`. Throws
 * `RangeError` if one does not grow into the other.
 */
export function placeGrown(
  values: Float32Array,
  before: Layout,
  after: Layout,
  into: Float32Array,
): Float32Array {
  return grow(values, before, after, into);
}

/**
 * Grows weights of `before` to those of `after`: keeps old rows bit for bit; each new one is the mean of the
 * old ones (Hewitt 2021, "Initializing New Word Embeddings for Pretrained Language Models"). Then the logit
 * of each of k new words is the mean of those of n old ones, and by Jensen's inequality their joint
 * probability is at most k / (n + k) for any input. Throws `RangeError` as `placeGrown` does.
 *
 * @param wordsBefore n: the mean is that of the last n old rows of each tensor that grows. The rows before
 * stand for no words.
 */
export function growWeights(
  values: Float32Array,
  before: Layout,
  after: Layout,
  wordsBefore: number,
): Float32Array {
  return grow(values, before, after, new Float32Array(after.count), wordsBefore);
}

function grow(
  values: Float32Array,
  before: Layout,
  after: Layout,
  into: Float32Array,
  wordsBefore?: number,
): Float32Array {
  if (values.length !== before.count || into.length !== after.count)
    throw new RangeError(`There are ${values.length} values; the layout has ${before.count}.`);
  if (before.tensors.length !== after.tensors.length)
    throw new RangeError(`There are ${after.tensors.length} tensors instead of ${before.tensors.length}.`);
  let [from, to] = [0, 0];
  for (const [i, tensor] of before.tensors.entries()) {
    const growth = growthOf(tensor, after.tensors[i]!);
    if (!growth) throw new RangeError(`The tensor ${tensor.name} grows in another way than by rows.`);
    const { rows, grown, blocks, width } = growth;
    for (let block = 0; block < blocks; block++, from += rows * width, to += grown * width) {
      const old = values.subarray(from, from + rows * width);
      into.set(old, to);
      if (wordsBefore === undefined || grown === rows) continue;
      const mean = meanOf(old, Math.max(0, rows - wordsBefore), rows, width);
      for (let row = rows; row < grown; row++) into.set(mean, to + row * width);
    }
  }
  return into;
}

/** Growth of a tensor; undefined if it does not grow by rows along one axis. */
function growthOf(before: WeightSpec, after: WeightSpec): GrownTensor | undefined {
  const { name, shape } = before;
  if (name !== after.name || shape.length !== after.shape.length) return undefined;
  const axes = [...shape.keys()].filter(axis => shape[axis] !== after.shape[axis]);
  const axis = axes[0] ?? 0;
  const [rows, grown] = [shape[axis] ?? 1, after.shape[axis] ?? 1];
  if (axes.length > 1 || grown < rows) return undefined;
  return { rows, grown, blocks: sizeOf(shape.slice(0, axis)), width: sizeOf(shape.slice(axis + 1)) };
}

/** Mean of the rows from `first` up to, but not including, `end`; summed in double precision. */
function meanOf(values: Float32Array, first: number, end: number, width: number): Float64Array {
  const mean = new Float64Array(width);
  for (let row = first; row < end; row++)
    for (let i = 0; i < width; i++) mean[i] = mean[i]! + values[row * width + i]!;
  return mean.map(sum => sum / (end - first));
}
