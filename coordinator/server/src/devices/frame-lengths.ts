import type { DeviceEvent } from '@murmuration/protocol/messages/channel';
import { maxFrameLength } from '@murmuration/protocol/messages/frame';
import { fewestContributors } from '@murmuration/protocol/secagg/assumptions';
import { dealingBytes } from '@murmuration/protocol/secagg/dealing';
import { findParameters } from '@murmuration/protocol/secagg/parameters';
import { cohortSizeOf, type Task } from '@murmuration/rounds/task/task';

/** The longest frame of each event of a device, bytes. */
export type FrameLengths = Readonly<Record<DeviceEvent, number>>;

/** What the fields around a message of secure aggregation take. */
const envelope = 256;
/** Cohort sizes for which neighbours are counted; those between them have about as many. */
const samples = 64;

/** Small events have fixed bounds; those of secure aggregation follow from the largest cohort, and the graph that it calls for. */
export function frameLengths(tasks: readonly Task[]): FrameLengths {
  // Shares are the longest: a sealed pair for each neighbour, where a reveal has one share in the open.
  const shares = Math.max(0, ...tasks.map(task => dealingBytes(mostNeighbours(task))));
  const masking = Math.min(maxFrameLength, envelope + shares);
  return {
    enrol: 16_384,
    hello: 1_024,
    // With a ticket.
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

/** An upper bound on the neighbours of a device, whatever part of the cohort the graph is drawn over. */
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
      // A cohort of this size finds no graph, and its round fails.
    }
  }
  return Math.min(devices - 1, Math.ceil(1.1 * most) + step);
}
