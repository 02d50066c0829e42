import type * as tf from '../tfjs/tf.ts';
import { type Activation, activations } from './kernels.ts';

/** Reason why a model takes the generic path, in one sentence without a full stop. */
export interface Unrecognised {
  readonly reason: string;
}

/** Options of a layer as its topology file has them. */
export type RawConfig = Readonly<Record<string, unknown>>;

/** Parts of a tfjs layer that are read. */
export type ReadLayer = Pick<
  tf.layers.Layer,
  'name' | 'getClassName' | 'getConfig' | 'input' | 'outputShape'
> & { readonly weights: readonly { readonly shape: readonly (number | null)[] }[] };

/** Layer with weights that may be frozen. */
export interface Freezable {
  /** True if no training moves its weights; left out otherwise. */
  readonly frozen?: true;
}

class NotRecognised extends Error {}

/** Throws; ends the reading of a model. */
export function refuse(reason: string): never {
  throw new NotRecognised(reason);
}

/** Returns the result of `read`, or the reason if it refused the model. */
export function unlessRefused<T>(read: () => T): T | Unrecognised {
  try {
    return read();
  } catch (error) {
    if (error instanceof NotRecognised) return { reason: error.message };
    throw error;
  }
}

export function activationOf(layer: ReadLayer, name: unknown): Activation {
  // Keras writes hardSigmoid with an underscore.
  const known = name === 'hard_sigmoid' ? 'hardSigmoid' : name;
  if (typeof known === 'string' && Object.hasOwn(activations, known))
    return activations[known as keyof typeof activations];
  return refuse(`the layer ${layer.name} uses the activation ${String(name)}`);
}
