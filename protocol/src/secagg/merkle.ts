import { concatBytes } from '../bytes.ts';
import type { Primitives } from '../primitives/primitives.ts';

/**
 * The Merkle tree of RFC 6962 §2.1 over a list of leaves, with proofs that several leaves are in it at once. Level 0 holds
 * the leaves' hashes, each next level the hash of every pair; a last one without a partner moves up as it is.
 */
export type MerkleTree = readonly (readonly Uint8Array[])[];

const leafPrefix = Uint8Array.of(0);
const nodePrefix = Uint8Array.of(1);
const hashBytes = 32;

export function merkleTree(primitives: Primitives, leaves: readonly Uint8Array[]): MerkleTree {
  const levels = [leaves.map(leaf => leafHash(primitives, leaf))];
  for (let level = levels[0]!; level.length > 1; level = levels.at(-1)!) {
    const above: Uint8Array[] = [];
    for (let i = 0; i < level.length; i += 2) above.push(parent(primitives, level[i]!, level[i + 1]));
    levels.push(above);
  }
  return levels;
}

/** The hash at the top of a tree. */
export const merkleRoot = (tree: MerkleTree): Uint8Array => tree.at(-1)![0]!;

/** The hashes that, beside the leaves at `indices` (ascending), are needed to compute the root. */
export function inclusionProof(tree: MerkleTree, indices: Iterable<number>): Uint8Array {
  return concatBytes(...missingNodes(tree[0]!.length, indices).map(([level, index]) => tree[level]![index]!));
}

/**
 * The root of a tree of `size` leaves that has the given ones, by index (ascending), and the hashes of the proof; undefined
 * where the proof has too few or too many hashes.
 */
export function provenRoot(
  primitives: Primitives,
  size: number,
  leaves: ReadonlyMap<number, Uint8Array>,
  proof: Uint8Array,
): Uint8Array | undefined {
  const missing = missingNodes(size, leaves.keys());
  if (proof.length !== missing.length * hashBytes) return undefined;
  const proven = new Map(
    missing.map(([level, index], i) => [
      `${level}/${index}`,
      proof.subarray(i * hashBytes, (i + 1) * hashBytes),
    ]),
  );
  let known = new Map([...leaves].map(([index, leaf]) => [index, leafHash(primitives, leaf)]));
  for (let width = size, level = 0; width > 1; width = Math.ceil(width / 2), level++) {
    const above = new Map<number, Uint8Array>();
    for (const index of known.keys()) {
      const left = index - (index % 2);
      const at = (i: number) => known.get(i) ?? proven.get(`${level}/${i}`);
      if (!above.has(left / 2)) above.set(left / 2, parent(primitives, at(left)!, at(left + 1)));
    }
    known = above;
  }
  return known.get(0);
}

/** Level and index of the nodes that the leaves at `indices` lack on their way to the root, in the order of a proof. */
function missingNodes(size: number, indices: Iterable<number>): [level: number, index: number][] {
  const missing: [number, number][] = [];
  let known = new Set(indices);
  for (let width = size, level = 0; width > 1; width = Math.ceil(width / 2), level++) {
    const above = new Set<number>();
    for (const index of known) {
      const partner = index ^ 1;
      if (partner < width && !known.has(partner)) missing.push([level, partner]);
      above.add(index >>> 1);
    }
    known = above;
  }
  return missing;
}

const leafHash = (primitives: Primitives, leaf: Uint8Array) =>
  primitives.sha256(concatBytes(leafPrefix, leaf));

function parent(primitives: Primitives, left: Uint8Array, right: Uint8Array | undefined): Uint8Array {
  return right === undefined ? left : primitives.sha256(concatBytes(nodePrefix, left, right));
}
