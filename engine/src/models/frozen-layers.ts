import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { Manifest } from '@murmuration/protocol/weights/model-files';
import type * as tf from '../tfjs/tf.ts';

/** Layer or model as stored in `model.json`. */
interface Stored {
  readonly heldWeights?: unknown;
  readonly model_config?: Stored;
  readonly config?:
    | readonly Stored[]
    | {
        readonly name?: unknown;
        readonly trainable?: unknown;
        /** Layers of a nested model; `layer` is that of a wrapper. */
        readonly layers?: readonly Stored[];
        readonly layer?: Stored;
      };
}

/** Most frozen layers in a plan, and most characters of their names in all. */
const maxFrozenLayers = 512;
const maxNameCharacters = 32_768;

/**
 * Names of the layers of a model that no training moves (`trainable: false`), as a plan lists them: each
 * stands for all tensors called `NAME/…`, in the order of the layout. Single weights that other layers hold
 * (`heldIn`) are named in full. Moving statistics of trained layers are not included. Throws
 * `plan.frozen-layers` for more than a plan has room for.
 */
export function frozenLayersOf({ topology, layout }: Pick<Manifest, 'topology' | 'layout'>): string[] {
  const names = namesIn(topology);
  const { heldWeights } = topology as Stored;
  const held: ReadonlySet<unknown> = new Set(Array.isArray(heldWeights) ? heldWeights : []);
  const frozen = layout.tensors.flatMap(({ name }) => {
    const path = name.split('/').slice(0, -1);
    return path.some(part => names.has(part)) ? [path.join('/')] : held.has(name) ? [name] : [];
  });
  const layers = [...new Set(frozen)];
  if (layers.length > maxFrozenLayers || layers.join('').length > maxNameCharacters)
    throw new MurmurationError(
      'plan.frozen-layers',
      `The model has ${layers.length} frozen layers with weights; a plan names ${maxFrozenLayers} at most, by ${maxNameCharacters} characters in all. ` +
        'Shorter names of layers help, or a part of the model that is computed beforehand.',
    );
  return layers;
}

/** True for weights that training moves without gradients: the statistics of a normalisation. */
const isStatistic = (name: string) => name.endsWith('/moving_mean') || name.endsWith('/moving_variance');

/**
 * Names of single weights that a model's layers keep unchanged: those marked as not trainable in a layer that
 * is not frozen, except moving statistics. Files of TensorFlow.js don't store this for an app's own layers.
 */
export function heldIn(model: tf.LayersModel): readonly string[] {
  const trained = new Set(model.trainableWeights);
  const frozen = namesIn(model.toJSON(null, false) as object);
  return model.weights
    .filter(weight => !trained.has(weight))
    .map(({ originalName }) => originalName)
    .filter(name => !isStatistic(name) && !name.split('/').some(part => frozen.has(part)));
}

function namesIn(topology: object): ReadonlySet<unknown> {
  const names = new Set<unknown>();
  gather(topology as Stored, false, names);
  return names;
}

/** Adds the names of layers in a stored model that are frozen, or inside a frozen one. */
function gather({ model_config, config }: Stored, isFrozen: boolean, names: Set<unknown>): void {
  if (model_config) gather(model_config, isFrozen, names);
  if (!config || typeof config !== 'object') return;
  const { name, trainable, layers, layer } =
    'length' in config ? { name: undefined, trainable: true, layers: config, layer: undefined } : config;
  const still = isFrozen || trainable === false;
  if (still) names.add(name);
  for (const each of [...(Array.isArray(layers) ? layers : []), ...(layer ? [layer] : [])])
    gather(each, still, names);
}

/**
 * Freezes each layer inside frozen models and wrappers, which does not change training: TensorFlow.js stores
 * for each layer, but not for a model, if it is frozen.
 */
export function freezeInside(model: { readonly layers: tf.layers.Layer[] }, isFrozen: boolean): void {
  for (const layer of model.layers) {
    const still = isFrozen || !layer.trainable;
    if ('layers' in layer) freezeInside(layer as unknown as tf.LayersModel, still);
    else if (still) layer.trainable = false;
  }
}

/**
 * Freezes in a loaded model what is frozen in its file: TensorFlow.js forgets it for bidirectional layers.
 */
export function freezeAs(topology: object, model: { readonly layers: tf.layers.Layer[] }): void {
  const names = namesIn(topology);
  const freeze = ({ layers }: { readonly layers: tf.layers.Layer[] }) => {
    for (const layer of layers) {
      if ('layers' in layer) freeze(layer as unknown as tf.LayersModel);
      else if (names.has(layer.name) && layer.trainable) layer.trainable = false;
    }
  };
  if (names.size > 0) freeze(model);
}

/**
 * Makes frozen batch normalisation use its moving statistics in training too, without changing them, as in
 * Keras; TensorFlow.js would use the batch's.
 */
export function holdStatistics(model: { readonly layers: tf.layers.Layer[] }): void {
  for (const layer of model.layers) {
    if ('layers' in layer) holdStatistics(layer as unknown as tf.LayersModel);
    else if (!layer.trainable && layer.getClassName() === 'BatchNormalization') {
      const call = layer.call.bind(layer);
      layer.call = (inputs, kwargs) => call(inputs, { ...kwargs, training: false });
    }
  }
}
