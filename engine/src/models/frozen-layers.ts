import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { Manifest } from '@murmuration/protocol/weights/model-files';
import type * as tf from '../tfjs/tf.ts';

/** A layer, or a model, as `model.json` has it. */
interface Stored {
  readonly heldWeights?: unknown;
  readonly model_config?: Stored;
  readonly config?:
    | readonly Stored[]
    | {
        readonly name?: unknown;
        readonly trainable?: unknown;
        /** Those of a model inside of the model, and that of a wrapper. */
        readonly layers?: readonly Stored[];
        readonly layer?: Stored;
      };
}

/** Frozen layers that a plan names at most, and characters of their names in all: a plan has room for these. */
const mostLayers = 512;
const mostCharacters = 32_768;

/**
 * The layers of a model that no training moves (`trainable: false`), as a plan names them: each has all tensors called `NAME/…`, in the
 * order of the layout; single weights of other layers that these hold (`heldIn`) are named in full. Moving statistics of layers that are
 * trained are not among them. Throws `plan.frozen-layers` for more than a plan
 * has room for.
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
  if (layers.length > mostLayers || layers.join('').length > mostCharacters)
    throw new MurmurationError(
      'plan.frozen-layers',
      `The model has ${layers.length} frozen layers with weights; a plan names ${mostLayers} at most, by ${mostCharacters} characters in all. ` +
        'Shorter names of layers help, or a part of the model that is computed beforehand.',
    );
  return layers;
}

/** Weights that training moves without gradients: the statistics of a normalisation. */
const isStatistic = (name: string) => name.endsWith('/moving_mean') || name.endsWith('/moving_variance');

/**
 * The weights that layers of a model hold as they are, by their names: what is marked as not trainable in a layer, frozen or not, other than
 * moving statistics. No file of TensorFlow.js says so of the weights of an app's own layers.
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

/** Names of the layers in a stored model that are frozen, or inside of a frozen one. */
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
 * Freezes what lies inside of frozen models and wrappers layer by layer, which changes nothing of how the model trains: TensorFlow.js
 * stores of each layer, but not of a model, whether it is frozen.
 */
export function freezeInside(model: { readonly layers: tf.layers.Layer[] }, isFrozen: boolean): void {
  for (const layer of model.layers) {
    const still = isFrozen || !layer.trainable;
    if ('layers' in layer) freezeInside(layer as unknown as tf.LayersModel, still);
    else if (still) layer.trainable = false;
  }
}

/** Freezes in a loaded model what is frozen where it is stored: TensorFlow.js forgets it of two-way layers. */
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
 * Lets frozen batch normalisation of a model work by its moving statistics in training too, and leave these as they are, as Keras has it;
 * that of TensorFlow.js would go on by the batch.
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
