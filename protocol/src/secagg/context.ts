import { ByteWriter, concatBytes, utf8 } from '../encoding/bytes.ts';
import type { RoundId, TaskName } from '../ids/ids.ts';
import type { Primitives } from '../primitives/primitives.ts';
import type { GraphParameters } from './parameters.ts';

/** Round that every key, share and signature is bound to, and the functions that compute them. */
export interface RoundContext {
  readonly primitives: Primitives;
  readonly task: TaskName;
  readonly round: RoundId;
  /** `planHash` of the plan and the number of the round, 32 bytes. */
  readonly plan: Uint8Array;
}

/** Round whose graph is drawn. */
export interface GraphContext extends RoundContext {
  /** `graphHash`: kind, sizes and all keys of the graph, 32 bytes. */
  readonly graph: Uint8Array;
}

export const graphKinds = ['harary', 'complete'] as const;
const noGraph = new Uint8Array(32);

/** P: hash of a round's number (from 1) and of the bytes of its plan, as they were sent (SPEC.md, SA2). */
export function planHash({ sha256 }: Primitives, number: number, plan: Uint8Array): Uint8Array {
  return sha256(concatBytes(utf8('murmuration plan 2\n'), new ByteWriter(4).u32(number).bytes, plan));
}

/** Γ: hash of everything that makes a graph; `root` is the Merkle root over its devices (SPEC.md, SA2). */
export function graphHash(context: RoundContext, parameters: GraphParameters, root: Uint8Array): Uint8Array {
  const sizes = new ByteWriter(13)
    .u8(graphKinds.indexOf(parameters.graph))
    .u32(parameters.devices)
    .u32(parameters.neighbours)
    .u32(parameters.threshold).bytes;
  return context.primitives.sha256(bind(context, 'graph', sizes, root));
}

/**
 * Bytes to sign, hash or give to a key derivation before there is a graph: `parts` after a label of the
 * purpose, the task, the round and its plan, so that nothing made for one purpose, round or plan is valid for
 * another. Ids contain no line break, and the parts of one label have fixed lengths.
 */
export function bind(context: RoundContext, label: string, ...parts: readonly Uint8Array[]): Uint8Array {
  return bound(context, label, noGraph, parts);
}

/** Works as `bind` does, and also binds to the graph. */
export function bindInGraph(
  context: GraphContext,
  label: string,
  ...parts: readonly Uint8Array[]
): Uint8Array {
  return bound(context, label, context.graph, parts);
}

function bound(
  { task, round, plan }: RoundContext,
  label: string,
  graph: Uint8Array,
  parts: readonly Uint8Array[],
): Uint8Array {
  const head = utf8(`murmuration secure aggregation 2\n${label}\n${task}\n${round}\n`);
  return concatBytes(head, plan, graph, ...parts);
}
