import * as tf from '../tfjs/tf.ts';
import { TiedDense } from './tied-dense.ts';

/** Tells tfjs of the engine's own layer classes, so that it can load models that contain them. Harmless when called again. */
export function registerLayers(): void {
  tf.serialization.registerClass(TiedDense);
}
