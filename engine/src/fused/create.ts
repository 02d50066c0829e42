import { FusedPredictor } from './predictor.ts';
import { FusedScorer } from './scorer.ts';
import { spareWorkspaces } from './spare-workspaces.ts';
import type { Topology } from './topology.ts';
import { FusedTraining } from './training.ts';
import { createSharedWorkspace, createWorkspace } from './web-assembly.ts';

/**
 * Creates a training on WebAssembly. Rejects if it has no SIMD or is forbidden.
 *
 * @param memoryLimit bytes of memory that training may take; by default as many as the system gives.
 * @param reproducible true if results are the same bytes on every machine; if false, products use relaxed
 * SIMD where available.
 * @param threads number of threads that share the work, the caller's included; with 2 or more, rejects if
 * there are no threads. Results are the same bytes for any number.
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

/**
 * Creates a predictor on WebAssembly; arguments as for `FusedPredictor`. Rejects if it has no SIMD or is
 * forbidden.
 */
export async function createPredictor(topology: Topology, weights: Float32Array): Promise<FusedPredictor> {
  return new FusedPredictor(await createWorkspace(), topology, weights);
}

/**
 * Creates a scorer on WebAssembly; reuses a workspace that another one has left, if one fits. Rejects as
 * `createTraining` does.
 *
 * @param weights in the order of the model's layout.
 * @param threads number of threads that share the work, the caller's included; with 2 or more, rejects if
 * there are no threads. Scores are the same bytes for any number.
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
