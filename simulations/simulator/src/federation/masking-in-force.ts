import { findParameters } from '@murmuration/protocol/secagg/parameters';
import { quantizationFor } from '@murmuration/protocol/weights/quantize';
import { inGraph } from '@murmuration/rounds/round/phases/keys';
import { cohortSizeOf, largestSumOf, type Task } from '@murmuration/rounds/task/task';
import type { RunBegun } from '../run-events/run-event.ts';

/**
 * Returns the masking parameters of a round once the devices that it keeps have sent their keys;
 * null without masking.
 * @param count number of values in an update
 * @throws `secagg.parameters` or `config.ring` if no parameters exist
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
