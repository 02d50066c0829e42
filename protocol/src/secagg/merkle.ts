import { concatBytes } from '../encoding/bytes.ts';
import type { Primitives } from '../primitives/primitives.ts';

/**
 * Merkle tree of RFC 6962 §2.1 over a list of leaves, with proofs for several leaves at once. The lowest
 * level holds the leaves' hashes, each next one the hash of every pair; a last one without a partner moves up
 * unchanged.
 */
export interface MerkleTree {
  /** Number of leaves. */
  readonly size: number;
  /** Hashes, 32 bytes each: level after level, from the leaves up. */
  readonly nodes: Uint8Array;
}

const leafPrefix = Uint8Array.of(0);
const nodePrefix = 1;
const treeHashBytes = 32;

export function merkleTree(primitives: Primitives, leaves: readonly Uint8Array[]): MerkleTree {
  const size = leaves.length;
  const nodes = new Uint8Array(nodeCount(size) * treeHashBytes);
  leaves.forEach((leaf, i) => {
    nodes.set(leafHash(primitives, leaf), i * treeHashBytes);
  });
  const parent = parentHash(primitives);
  for (let width = size, start = 0; width > 1; width = widthAbove(width)) {
    const above = start + width;
    for (let i = 0; i < width; i += 2) {
      const left = hashAt(nodes, start + i);
      nodes.set(
        i + 1 < width ? parent(left, hashAt(nodes, start + i + 1)) : left,
        (above + i / 2) * treeHashBytes,
      );
    }
    start = above;
  }
  return { size, nodes };
}

/** Hash at the top of a tree. */
export const merkleRoot = ({ nodes }: MerkleTree): Uint8Array => nodes.subarray(-treeHashBytes);

/** Hashes that are needed, with the leaves at `indices` (ascending), to compute the root. */
export function inclusionProof({ size, nodes }: MerkleTree, indices: Iterable<number>): Uint8Array {
  const known = Uint32Array.from(indices);
  const missing: number[] = [];
  let count = known.length;
  for (let width = size, start = 0; width > 1; start += width, width = widthAbove(width)) {
    let above = 0;
    for (let i = 0; i < count; i++) {
      const index = known[i]!;
      const partner = index ^ 1;
      if (i + 1 < count && known[i + 1] === partner) i++;
      else if (partner < width) missing.push(start + partner);
      known[above++] = index >>> 1;
    }
    count = above;
  }
  const proof = new Uint8Array(missing.length * treeHashBytes);
  missing.forEach((node, i) => {
    proof.set(hashAt(nodes, node), i * treeHashBytes);
  });
  return proof;
}

/**
 * Computes the root of a tree of `size` leaves from the given leaves, by index (ascending), and the hashes of
 * the proof; undefined if the proof has too few or too many hashes.
 */
export function provenRoot(
  primitives: Primitives,
  size: number,
  leaves: ReadonlyMap<number, Uint8Array>,
  proof: Uint8Array,
): Uint8Array | undefined {
  const parent = parentHash(primitives);
  const known = Uint32Array.from(leaves.keys());
  const hashes = Array.from(leaves.values(), leaf => leafHash(primitives, leaf));
  let count = known.length;
  let used = 0;
  for (let width = size; width > 1; width = widthAbove(width)) {
    let above = 0;
    for (let i = 0; i < count; i++) {
      const index = known[i]!;
      const partner = index ^ 1;
      let hash = hashes[i]!;
      if (i + 1 < count && known[i + 1] === partner) {
        i++;
        hash = parent(hash, hashes[i]!);
      } else if (partner < width) {
        if ((used + 1) * treeHashBytes > proof.length) return undefined;
        const other = hashAt(proof, used++);
        hash = partner < index ? parent(other, hash) : parent(hash, other);
      }
      known[above] = index >>> 1;
      hashes[above++] = hash;
    }
    count = above;
  }
  return used * treeHashBytes === proof.length ? hashes[0] : undefined;
}

const widthAbove = (width: number) => Math.ceil(width / 2);

function nodeCount(size: number): number {
  let count = size;
  for (let width = size; width > 1; count += width) width = widthAbove(width);
  return count;
}

const hashAt = (hashes: Uint8Array, i: number) => hashes.subarray(i * treeHashBytes, (i + 1) * treeHashBytes);

const leafHash = (primitives: Primitives, leaf: Uint8Array) =>
  primitives.sha256(concatBytes(leafPrefix, leaf));

/** Returns a hash function for pairs that reuses one buffer, to save an allocation for each. */
function parentHash({ sha256 }: Primitives): (left: Uint8Array, right: Uint8Array) => Uint8Array {
  const pair = new Uint8Array(1 + 2 * treeHashBytes);
  pair[0] = nodePrefix;
  return (left, right) => {
    pair.set(left, 1);
    pair.set(right, 1 + treeHashBytes);
    return sha256(pair);
  };
}
