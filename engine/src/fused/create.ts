import { FusedPredictor } from './predictor.ts';
import { FusedScorer } from './scorer.ts';
import { spareWorkspaces } from './spare-workspaces.ts';
import type { Topology } from './topology.ts';
import { FusedTraining } from './training.ts';
import { createSharedWorkspace, createWorkspace } from './web-assembly.ts';

/**
 * A training on WebAssembly. Rejects where it has no SIMD or is forbidden.
 *
 * @param memoryLimit bytes of memory that training may take; by default as many as the system gives.
 * @param reproducible whether results are the same bytes on every machine; if not, products take relaxed SIMD where there is any.
 * @param threads how many threads share the work, the caller's included; with 2 or more, rejects where there are none to be had.
 * Results are the same bytes for any number.
 */
export async function createTraining(
  topology: Topology,
  memoryLimit = Number.POSITIVE_INFINITY,
  reproducible = true,
  threads = 1,
): Promise<FusedTraining> {
  const workspace =
    threads > 1 ? await createSharedWorkspace(threads, reproducible) : await createWorkspace(reproducible);
  return new FusedTraining(topology, workspace, memoryLimit);
}

/** A predictor on WebAssembly; arguments as those of `FusedPredictor`. Rejects where it has no SIMD or is forbidden. */
export async function createPredictor(topology: Topology, weights: Float32Array): Promise<FusedPredictor> {
  return new FusedPredictor(await createWorkspace(), topology, weights);
}

/**
 * A scorer on WebAssembly, in memory that another has left where some fits. Rejects as `createTraining`.
 *
 * @param weights in the order of the model's layout.
 * @param threads how many threads share the work, the caller's included; with 2 or more, rejects where there are none to be had.
 * Scores are the same bytes for any number.
 */
export async function createScorer(
  topology: Topology,
  weights: Float32Array,
  threads = 1,
): Promise<FusedScorer> {
  const workspace =
    threads > 1 ? await createSharedWorkspace(threads) : await spareWorkspaces.take(weights.byteLength);
  return new FusedScorer(workspace, topology, weights, () => spareWorkspaces.leave(workspace));
}
