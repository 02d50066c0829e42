import { messageOf } from '@murmuration/protocol/errors/errors';
import { softmaxLoss } from '../objective/losses.ts';
import type { Objective } from '../objective/objective.ts';
import type * as tf from '../tfjs/tf.ts';
import { createTraining } from './create.ts';
import { topologyOf } from './model-topology.ts';
import type { Topology } from './topology.ts';
import type { FusedTraining } from './training.ts';

/** On which kernels a model trains: the fused ones, or tfjs' own, which train anything; and why, in one sentence without a full stop. */
export type Path =
  | { readonly engine: 'fused'; readonly reason: string; readonly training: FusedTraining }
  | { readonly engine: 'generic'; readonly reason: string };

/** How the fused kernels are to train. */
export interface FusedOptions {
  /** Bytes that training may take; by default as many as the system gives. */
  readonly memoryLimit?: number | undefined;
  /** By default true: results are the same bytes on every machine. If not, products take relaxed SIMD where there is any. */
  readonly reproducible?: boolean;
  /** How many threads share the work of a step, 1 by default; one does it where no more are to be had. Results are the same bytes. */
  readonly threads?: number;
}

/** Chooses the fused kernels where they know every layer of the model, the loss is `softmaxLoss`, and WebAssembly has SIMD. */
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

/** Starts with as many threads as are asked for, or else with one, and says so where more were asked for. */
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
