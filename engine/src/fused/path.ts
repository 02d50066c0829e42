import { softmaxLoss } from '../losses.ts';
import type { Objective } from '../objective.ts';
import type * as tf from '../tf.ts';
import { topologyOf } from './topology.ts';
import { FusedTraining } from './training.ts';

/** On which kernels a model trains: the fused ones, or tfjs' own, which train anything; and why, in one sentence without a full stop. */
export type Path =
  | { readonly engine: 'fused'; readonly reason: string; readonly training: FusedTraining }
  | { readonly engine: 'generic'; readonly reason: string };

/**
 * Chooses the fused kernels where they know every layer of the model, the loss is `softmaxLoss`, and WebAssembly has SIMD.
 *
 * @param memoryLimit bytes that training may take; by default as many as the system gives.
 * @param reproducible whether results are the same bytes on every machine; if not, products take relaxed SIMD where there is any.
 */
export async function choosePath<Example>(
  model: tf.LayersModel,
  objective: Objective<Example>,
  memoryLimit?: number,
  reproducible = true,
): Promise<Path> {
  const generic = (reason: string): Path => ({ engine: 'generic', reason });
  if (objective.loss !== softmaxLoss) return generic("the loss is one of the app's own");
  const topology = topologyOf(model);
  if ('reason' in topology) return generic(topology.reason);
  try {
    const training = await FusedTraining.create(topology, memoryLimit, reproducible);
    return { engine: 'fused', reason: 'the fused kernels know all layers and the loss', training };
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    return generic(`the fused kernels do not start: ${message}`);
  }
}
