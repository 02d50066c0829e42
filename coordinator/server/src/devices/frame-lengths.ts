import type { DeviceEvent } from '@murmuration/protocol/messages/channel';
import { maxFrameLength } from '@murmuration/protocol/messages/frame';
import { fewestContributors } from '@murmuration/protocol/secagg/assumptions';
import { dealingBytes } from '@murmuration/protocol/secagg/dealing';
import { findParameters } from '@murmuration/protocol/secagg/parameters';
import { cohortSizeOf, type Task } from '@murmuration/rounds/task/task';

/** Maximum frame length of each device event, in bytes. */
export type FrameLengths = Readonly<Record<DeviceEvent, number>>;

/** Bytes of the fields around a message of secure aggregation. */
const maskingEnvelopeBytes = 256;
/** Number of cohort sizes for which neighbours are counted; sizes between them have about as many. */
const samples = 64;

/**
 * Returns the bounds of frames. Small events have fixed ones; those of secure aggregation follow from the
 * largest cohort and the graph that it needs.
 */
export function frameLengths(tasks: readonly Task[]): FrameLengths {
  // Shares are the longest: a sealed pair for each neighbour, while a reveal has one unsealed share.
  const shares = Math.max(0, ...tasks.map(task => dealingBytes(mostNeighbours(task))));
  const masking = Math.min(maxFrameLength, maskingEnvelopeBytes + shares);
  return {
    enrol: 16_384,
    hello: 1_024,
    // Includes a ticket.
    'check-in': 2_048,
    leave: 2_048,
    forget: 1_024,
    predict: tasks.some(({ serving }) => serving.remote) ? 65_536 : 1_024,
    keys: masking,
    shares: masking,
    agree: 1_024,
    reveal: masking,
  };
}

/**
 * Returns an upper bound on a device's neighbours, for any part of the cohort that the graph is drawn over.
 */
function mostNeighbours(task: Task): number {
  if (!task.masking) return 0;
  const devices = cohortSizeOf(task);
  const kind = task.masking.graph === 'complete' ? 'complete' : undefined;
  const step = Math.max(1, Math.floor(devices / samples));
  let most = 0;
  for (let size = devices; size >= fewestContributors; size -= step) {
    try {
      most = Math.max(most, findParameters(size, task.masking, kind).neighbours);
    } catch {
      // No graph exists for a cohort of this size; its round fails.
    }
  }
  return Math.min(devices - 1, Math.ceil(1.1 * most) + step);
}
