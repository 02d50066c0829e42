import { drawGraph, type MaskingGraph } from '@murmuration/protocol/secagg/graph';
import type { DeviceKeys } from '@murmuration/protocol/secagg/keys';
import { writeRoster } from '@murmuration/protocol/secagg/roster';
import { bound } from '../../unit/protocol/secagg/cohort.ts';

/** The roster that a lying coordinator writes once device `number` has other keys, and the keys of the neighbour that gets it. */
export function rosterOf(
  { devices, parameters }: MaskingGraph,
  number: number,
  keys: DeviceKeys,
): { readonly roster: Uint8Array; readonly self: DeviceKeys } {
  const changed = devices.map((device, i) => (i === number ? keys : device));
  const graph = drawGraph(bound, changed, parameters);
  const [neighbour] = graph.neighbours[graph.devices.indexOf(keys)]!;
  return { roster: writeRoster(graph, neighbour!), self: graph.devices[neighbour!]! };
}
