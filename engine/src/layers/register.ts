import * as tf from '../tfjs/tf.ts';
import { TiedDense } from './tied-dense.ts';

/**
 * Registers the engine's own layer classes with tfjs, so that it can load models that contain them. May be
 * called again.
 */
export function registerLayers(): void {
  tf.serialization.registerClass(TiedDense);
}
