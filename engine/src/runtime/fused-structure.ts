import { hex } from '@murmuration/protocol/encoding/bytes';
import type { TensorSpec } from '@murmuration/protocol/tensors/tensor';
import { BoundedMap } from '@murmuration/protocol/time/bounded-map';
import type { Topology } from '../fused/topology.ts';
import type { ModelParts } from '../models/model.ts';
import type { Outputs } from '../models/outputs.ts';

/** What the fused kernels have to know of a model besides its weights. */
export interface FusedStructure {
  readonly topology: Topology;
  readonly inputs: readonly TensorSpec[];
  readonly outputs: readonly TensorSpec[];
  readonly says: Outputs;
}

/** Structures that are remembered at most, and the longest `model.json` of one, characters. */
const most = 64;
const longest = 65_536;

const structures = new BoundedMap<string, FusedStructure>(most);

/**
 * The structure of models that were remembered with the same topology and layout. Versions of a task, and models of many customers, are the
 * same but for their weights: only the first of them is built with tfjs, which takes several times its memory and most of the time of a load.
 */
export function knownStructure(parts: ModelParts): FusedStructure | undefined {
  return structures.get(keyOf(parts));
}

/** The weights of its models lie in the order of the layout. */
export function rememberStructure(parts: ModelParts, structure: FusedStructure): void {
  const key = keyOf(parts);
  if (key.length <= longest) structures.set(key, structure);
}

function keyOf({ topology, layout }: ModelParts): string {
  return `${hex(layout.hash)} ${JSON.stringify(topology)}`;
}
