import type { Tensor, TensorSpec } from '@murmuration/protocol/tensors/tensor';
import { sizeOf } from '@murmuration/protocol/weights/layout';
import * as tf from '../tfjs/tf.ts';

/** Difference between the answers of a form of a model and those of the model in float32. */
export interface Deviation {
  /** Number of rows of seeded inputs. */
  readonly examples: number;
  /** Largest difference of an output value; `mean` is the mean difference. */
  readonly largest: number;
  readonly mean: number;
  /** Largest magnitude of an output value, for comparison with the differences. */
  readonly reach: number;
  /** Share of output rows whose highest value stands at the same place; null if rows have a single value. */
  readonly sameHighest: number | null;
}

export interface MeasureOptions {
  readonly examples?: number;
  readonly seed?: number;
}

/** Number of steps of inputs whose length is not fixed. */
const freeLength = 16;

/** Inputs that follow from a seed: ids that the tables of the model have, and values from −1 to 1. */
export function seededInputs(
  model: tf.LayersModel,
  specs: readonly TensorSpec[],
  examples: number,
  seed: number,
): readonly Tensor[] {
  const uniform = uniformOf(seed);
  const ids = Math.min(...model.layers.flatMap(rowsOf), 2 ** 31 - 1);
  return specs.map((spec): Tensor => {
    const shape = spec.shape.map((length, axis) =>
      length > 0 ? length : axis === 0 ? examples : freeLength,
    );
    const values = Float64Array.from({ length: sizeOf(shape) }, uniform);
    const data =
      spec.datatype === 'INT32'
        ? Int32Array.from(values, value => Math.floor(value * ids))
        : Float32Array.from(values, value => 2 * value - 1);
    return { ...spec, shape, data };
  });
}

/** Answers of the model on the current backend of tfjs. */
export function expectedOf(model: tf.LayersModel, given: readonly Tensor[]): readonly Tensor[] {
  const outputs = tf.tidy(() => {
    const tensors = given.map(({ datatype, data, shape }) =>
      tf.tensor(data as Float32Array, [...shape], datatype === 'INT32' ? 'int32' : 'float32'),
    );
    return [model.predict(tensors.length === 1 ? (tensors[0] as tf.Tensor) : tensors)].flat();
  });
  const answers = outputs.map(
    (output, at): Tensor => ({
      name: model.outputs[at]!.sourceLayer.name,
      datatype: 'FP32',
      shape: output.shape,
      data: output.dataSync<'float32'>().slice(),
    }),
  );
  tf.dispose(outputs);
  return answers;
}

/** Compares answers of `examples` rows, tensor by tensor. */
export function differenceOf(
  expected: readonly Tensor[],
  answers: readonly Tensor[],
  examples: number,
): Deviation {
  let largest = 0;
  let sum = 0;
  let count = 0;
  let reach = 0;
  let rows = 0;
  let same = 0;
  for (const [at, { data, shape }] of expected.entries()) {
    const values = data as Float32Array;
    const found = answers[at]?.data as Float32Array;
    for (const [index, value] of values.entries()) {
      const difference = Math.abs((found[index] ?? Number.NaN) - value);
      largest = Math.max(largest, difference);
      reach = Math.max(reach, Math.abs(value));
      sum += difference;
    }
    count += values.length;
    const width = shape.at(-1) ?? 1;
    if (width === 1) continue;
    for (let start = 0; start < values.length; start += width) {
      rows++;
      if (highest(values, start, width) === highest(found, start, width)) same++;
    }
  }
  return { examples, largest, mean: sum / count, reach, sameHighest: rows > 0 ? same / rows : null };
}

/** Number of ids of each embedding in a layer. */
function rowsOf(layer: tf.layers.Layer): readonly number[] {
  const inner = (layer as { layers?: readonly tf.layers.Layer[] }).layers;
  if (inner) return inner.flatMap(rowsOf);
  return layer.getClassName() === 'Embedding' ? [layer.getConfig().inputDim as number] : [];
}

function highest(values: Float32Array, start: number, width: number): number {
  const row = values.subarray(start, start + width);
  return row.indexOf(Math.max(...row));
}

/** Generator of numbers in [0, 1) from a seed: a linear congruential generator. */
function uniformOf(seed: number): () => number {
  let state = (Math.imul(seed, 0x9e_37_79_b1) + 1) >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
