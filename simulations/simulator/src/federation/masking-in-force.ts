import { findParameters } from '@murmuration/protocol/secagg/parameters';
import { quantizationFor } from '@murmuration/protocol/weights/quantize';
import { inGraph } from '@murmuration/rounds/round/phases/keys';
import { cohortSizeOf, largestSumOf, type Task } from '@murmuration/rounds/task/task';
import type { RunBegun } from '../run-events/run-event.ts';

/**
 * The parameters by which a round of the task masks once as many devices have sent their keys as it keeps; null where it does
 * not mask. `count` is the number of values in an update. Throws `secagg.parameters` or `config.ring` where none exist.
 */
export function maskingInForce(task: Task, count: number): RunBegun['privacy']['masking'] {
  const { masking, cohort, update } = task;
  if (masking === null) return null;
  const { threat, corrupt, dropping } = masking;
  const kept = Math.floor(
    Math.min(Math.ceil(cohort.goal * inGraph), cohortSizeOf(task)) / (task.groups?.count ?? 1),
  );
  const { graph, devices, neighbours, threshold } = findParameters(
    kept,
    masking,
    masking.graph === 'complete' ? 'complete' : undefined,
  );
  const { width } = quantizationFor(count, { ...update, largestCohort: largestSumOf(task) });
  return { threat, corrupt, dropping, graph, devices, neighbours, threshold, ringBits: width };
}
