import { hex } from '@murmuration/protocol/encoding/bytes';
import type { TensorSpec } from '@murmuration/protocol/tensors/tensor';
import { BoundedMap } from '@murmuration/protocol/time/bounded-map';
import type { Topology } from '../fused/topology.ts';
import type { ModelParts } from '../models/model.ts';
import type { Outputs } from '../models/outputs.ts';

/** Structure of a model: all that the fused kernels need except its weights. */
export interface FusedStructure {
  readonly topology: Topology;
  readonly inputs: readonly TensorSpec[];
  readonly outputs: readonly TensorSpec[];
  readonly says: Outputs;
}

/** Most structures kept; `maxTopologyLength` is the most characters of the `model.json` of one. */
const maxStructures = 64;
const maxTopologyLength = 65_536;

const structures = new BoundedMap<string, FusedStructure>(maxStructures);

/**
 * Returns the structure of an earlier model with the same topology and layout. Versions of a task, and models
 * of many customers, differ only in their weights: only the first of them is built with tfjs, which takes
 * several times its memory and most of the time of a load.
 */
export function knownStructure(parts: ModelParts): FusedStructure | undefined {
  return structures.get(keyOf(parts));
}

/** Keeps a structure. Its models must have their weights in the order of the layout. */
export function rememberStructure(parts: ModelParts, structure: FusedStructure): void {
  const key = keyOf(parts);
  if (key.length <= maxTopologyLength) structures.set(key, structure);
}

function keyOf({ topology, layout }: ModelParts): string {
  return `${hex(layout.hash)} ${JSON.stringify(topology)}`;
}
