import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { concatBytes } from '@murmuration/protocol/encoding/bytes';
import { parseJson } from '@murmuration/protocol/encoding/json';
import { MurmurationError, messageOf } from '@murmuration/protocol/errors/errors';
import { layoutOf } from '@murmuration/protocol/weights/layout';
import * as tf from '../tfjs/tf.ts';
import { buildModel } from './build-model.ts';

/** Parts of a layers model's `model.json` that are read. */
interface ModelJson {
  readonly format?: string;
  readonly modelTopology?: object;
  readonly weightsManifest?: readonly {
    readonly paths: readonly string[];
    readonly weights: tf.io.WeightsManifestEntry[];
  }[];
}

/**
 * Loads the pretrained Keras model in a folder, as the first version of a task: `model.json` and weight
 * files, as `tensorflowjs_converter` and `LayersModel.save` write them, quantised or not.
 *
 * @throws MurmurationError `model.missing` if a file is not there, `model.unusable` for anything but a layers
 * model
 */
export async function kerasModel(folder: string | URL): Promise<tf.LayersModel> {
  const base = folder instanceof URL ? fileURLToPath(folder) : folder;
  const json = parseJson(await fileIn(base, 'model.json')) as ModelJson | undefined;
  const { format, modelTopology, weightsManifest } = json ?? {};
  if (format === 'graph-model')
    throw new MurmurationError(
      'model.unusable',
      `${base} holds a graph model, which can't be trained. Convert the Keras model with --output_format tfjs_layers_model.`,
    );
  if (!modelTopology || !Array.isArray(weightsManifest))
    throw new MurmurationError('model.unusable', `The model.json in ${base} is not that of a layers model.`);
  const paths = weightsManifest.flatMap(group => group.paths as readonly string[]);
  const outside = paths.find(path => basename(path) !== path);
  if (outside !== undefined)
    throw new MurmurationError(
      'model.unusable',
      `The model.json names ${outside}, which lies in another folder.`,
    );
  const weights = concatBytes(...(await Promise.all(paths.map(path => fileIn(base, path)))));
  try {
    const specs = weightsManifest.flatMap(group => group.weights as tf.io.WeightsManifestEntry[]);
    // For types that are no numbers, TensorFlow.js reads as many values as the file says, even past its end.
    const odd = specs.find(({ dtype }) => !['float32', 'int32', 'bool'].includes(dtype));
    if (odd) throw new RangeError(`the weight ${odd.name} holds ${odd.dtype}`);
    layoutOf(specs);
    const named = tf.io.decodeWeights(weights.buffer as ArrayBuffer, specs);
    for (const { name, group } of specs) if (group === 'optimizer') tf.dispose(without(named, name));
    return await buildModel(modelTopology, named);
  } catch (cause) {
    throw new MurmurationError('model.unusable', `The model in ${base} does not load: ${messageOf(cause)}`, {
      cause,
    });
  }
}

/** Removes a tensor from the map and returns it. */
function without(named: tf.NamedTensorMap, name: string): tf.Tensor | undefined {
  const tensor = named[name];
  delete named[name];
  return tensor;
}

async function fileIn(folder: string, name: string): Promise<Uint8Array> {
  try {
    return await readFile(join(folder, name));
  } catch (cause) {
    const detail = `${join(folder, name)} can't be read. A Keras model becomes such a folder by: tensorflowjs_converter --input_format keras model.h5 ${folder}`;
    throw new MurmurationError('model.missing', detail, { cause });
  }
}
