import type * as tf from '../tfjs/tf.ts';
import { type Activation, activations } from './kernels.ts';

/** Why a model takes the generic path; one sentence without a full stop. */
export interface Unrecognised {
  readonly reason: string;
}

/** A layer's options as its topology file has them. */
export type Config = Readonly<Record<string, unknown>>;

/** A layer of tfjs, as far as it is read. */
export type ReadLayer = Pick<
  tf.layers.Layer,
  'name' | 'getClassName' | 'getConfig' | 'input' | 'outputShape'
> & { readonly weights: readonly { readonly shape: readonly (number | null)[] }[] };

/** Of a layer with weights. */
export interface Freezable {
  /** Whether no training moves its weights; left out where one does. */
  readonly frozen?: true;
}

class NotRecognised extends Error {}

/** Ends the reading of a model. */
export function refuse(reason: string): never {
  throw new NotRecognised(reason);
}

/** What `read` makes of a model, or why it was refused. */
export function unlessRefused<T>(read: () => T): T | Unrecognised {
  try {
    return read();
  } catch (error) {
    if (error instanceof NotRecognised) return { reason: error.message };
    throw error;
  }
}

export function activationOf(layer: ReadLayer, name: unknown): Activation {
  // Keras writes what tfjs calls hardSigmoid with an underscore.
  const known = name === 'hard_sigmoid' ? 'hardSigmoid' : name;
  if (typeof known === 'string' && Object.hasOwn(activations, known))
    return activations[known as keyof typeof activations];
  return refuse(`the layer ${layer.name} uses the activation ${String(name)}`);
}
