import { messageOf } from '@murmuration/protocol/errors/errors';
import { softmaxLoss } from '../objective/losses.ts';
import type { Objective } from '../objective/objective.ts';
import type * as tf from '../tfjs/tf.ts';
import { createTraining } from './create.ts';
import { topologyOf } from './model-topology.ts';
import type { Topology } from './topology.ts';
import type { FusedTraining } from './training.ts';

/**
 * Kernels that a model trains on: the fused ones, or tfjs' own, which train anything. `reason` is one
 * sentence without a full stop.
 */
export type Path =
  | { readonly engine: 'fused'; readonly reason: string; readonly training: FusedTraining }
  | { readonly engine: 'generic'; readonly reason: string };

/** Options of the fused kernels. */
export interface FusedOptions {
  /** Bytes that training may take; by default as many as the system gives. */
  readonly memoryLimit?: number | undefined;
  /**
   * True (the default) if results are the same bytes on every machine; if false, products use relaxed SIMD
   * where available.
   */
  readonly reproducible?: boolean;
  /**
   * Number of threads that share the work of a step, 1 by default. Falls back to one if no more are
   * available. Results are the same bytes.
   */
  readonly threads?: number;
}

/**
 * Chooses the fused kernels if they know every layer of the model, the loss is `softmaxLoss`, and WebAssembly
 * has SIMD.
 */
export async function choosePath<Example>(
  model: tf.LayersModel,
  objective: Objective<Example>,
  options: FusedOptions = {},
): Promise<Path> {
  const generic = (reason: string): Path => ({ engine: 'generic', reason });
  if (objective.loss !== softmaxLoss) return generic("the loss is one of the app's own");
  const topology = topologyOf(model);
  if ('reason' in topology) return generic(topology.reason);
  try {
    const { training, why } = await start(topology, options);
    const known = 'the fused kernels know all layers and the loss';
    return { engine: 'fused', reason: why ? `${known}; ${why}` : known, training };
  } catch (cause) {
    return generic(`the fused kernels do not start: ${messageOf(cause)}`);
  }
}

/**
 * Starts with `threads` threads, or else with one; `why` explains the number if more than one was asked for.
 */
async function start(
  topology: Topology,
  { memoryLimit, reproducible = true, threads = 1 }: FusedOptions,
): Promise<{ readonly training: FusedTraining; readonly why: string | null }> {
  const create = (number: number) => createTraining(topology, memoryLimit, reproducible, number);
  if (threads <= 1) return { training: await create(1), why: null };
  try {
    return { training: await create(threads), why: `${threads} threads share the work` };
  } catch (cause) {
    return { training: await create(1), why: `one thread works instead of ${threads}: ${messageOf(cause)}` };
  }
}
