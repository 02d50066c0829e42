import { sizeOf } from '@murmuration/protocol/weights/layout';
import type { ModelFiles } from '@murmuration/protocol/weights/model-files';
import { loadModel } from '../models/model.ts';
import * as tf from '../tfjs/tf.ts';
import { loadOnnx, type OnnxTensor } from './run.ts';

/** How far the answers of an ONNX file are from those of the model that it was made from. */
export interface Measured {
  /** Rows of seeded inputs. */
  readonly examples: number;
  /** The largest and the mean difference of an output value. */
  readonly largest: number;
  readonly mean: number;
  /** The largest magnitude of an output value, beside which the differences are to be seen. */
  readonly reach: number;
  /** Share of the rows of outputs whose highest value stands at the same place; null where they have one value each. */
  readonly sameHighest: number | null;
}

/** Steps of inputs whose length is not fixed. */
const freeLength = 16;

/**
 * Runs an ONNX file and its model on the same seeded inputs, the model on the current backend of tfjs in float32: ids that its tables
 * have, and values from −1 to 1. Throws `engine.no-backend` where ONNX Runtime is not installed.
 */
export async function measureOnnx(
  files: ModelFiles,
  bytes: Uint8Array,
  { examples = 8, seed = 1 }: { readonly examples?: number; readonly seed?: number } = {},
): Promise<Measured> {
  const onnx = await loadOnnx(bytes);
  const model = await loadModel(files);
  try {
    const uniform = uniformOf(seed);
    const ids = Math.min(...model.layers.flatMap(rowsOf), 2 ** 31 - 1);
    const given = onnx.inputs.map((spec): OnnxTensor => {
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
    const answers = await onnx.run(given);
    return compared(expectedOf(model, given), answers, examples);
  } finally {
    model.dispose();
    await onnx.close();
  }
}

/** Ids that a layer knows. */
function rowsOf(layer: tf.layers.Layer): readonly number[] {
  const inner = (layer as { layers?: readonly tf.layers.Layer[] }).layers;
  if (inner) return inner.flatMap(rowsOf);
  return layer.getClassName() === 'Embedding' ? [layer.getConfig().inputDim as number] : [];
}

function expectedOf(model: tf.LayersModel, given: readonly OnnxTensor[]): readonly Float32Array[] {
  return tf.tidy(() => {
    const tensors = given.map(({ datatype, data, shape }) =>
      tf.tensor(data as Float32Array, [...shape], datatype === 'INT32' ? 'int32' : 'float32'),
    );
    const outputs = model.predict(tensors.length === 1 ? (tensors[0] as tf.Tensor) : tensors);
    return [outputs].flat().map(output => output.dataSync<'float32'>().slice());
  });
}

function compared(
  expected: readonly Float32Array[],
  answers: readonly OnnxTensor[],
  examples: number,
): Measured {
  let largest = 0;
  let sum = 0;
  let count = 0;
  let reach = 0;
  let rows = 0;
  let same = 0;
  for (const [at, values] of expected.entries()) {
    const { data, shape } = answers[at] as OnnxTensor;
    const found = data as Float32Array;
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

function highest(values: Float32Array, start: number, width: number): number {
  const row = values.subarray(start, start + width);
  return row.indexOf(Math.max(...row));
}

/** Numbers from 0 to 1 that follow from a seed: a linear congruential generator. */
function uniformOf(seed: number): () => number {
  let state = (Math.imul(seed, 0x9e_37_79_b1) + 1) >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
