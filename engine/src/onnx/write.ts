import type { ModelFiles } from '@murmuration/protocol/weights/model-files';
import { loadModel } from '../models/model.ts';
import type * as tf from '../tfjs/tf.ts';
import type { WeightFormat } from './graph.ts';
import { GraphWriter } from './graph-writer.ts';
import { type GraphDescription, onnxBytes, type Port } from './proto.ts';
import { readableOf } from './reset-after.ts';

export interface OnnxOptions {
  /**
   * Format of stored matrices, by default float32: a file in float16 has half the size, in int8 about a
   * quarter.
   */
  readonly weights?: WeightFormat;
}

/** Model as an `.onnx` file. */
export interface OnnxFile {
  readonly bytes: Uint8Array;
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
}

/**
 * Writes a tfjs layers model as ONNX (operator set 17), without Python. Inputs and outputs have the names of
 * their layers and the shapes of tfjs, images with channels last. Batch normalisation is folded into the
 * weights of the layer before it if possible, dropout is left out, and matrices are stored as their nodes
 * want them. Throws `export.unsupported` for a layer that it can't write, and `model.unusable` if the model
 * can't be built.
 */
export async function writeOnnx(
  files: ModelFiles,
  { weights = 'float32' }: OnnxOptions = {},
): Promise<OnnxFile> {
  const readable = readableOf(files);
  const model = await loadModel(readable.files);
  try {
    return written(new GraphWriter(model, weights, readable), {
      name: model.name,
      metadata: { 'murmuration.model': files.hash, 'murmuration.weights': weights },
    });
  } finally {
    model.dispose();
  }
}

/** Writes a model in memory, with its current weights. Throws `export.unsupported`. */
export function onnxOf(model: tf.LayersModel, { weights = 'float32' }: OnnxOptions = {}): OnnxFile {
  const writer = new GraphWriter(model, weights, { resetAfter: new Set(), biases: new Map() });
  return written(writer, { name: model.name, metadata: { 'murmuration.weights': weights } });
}

function written(writer: GraphWriter, described: Pick<GraphDescription, 'name' | 'metadata'>): OnnxFile {
  const { graph, inputs, outputs } = writer.write();
  return { bytes: onnxBytes(graph, { ...described, inputs, outputs }), inputs, outputs };
}
