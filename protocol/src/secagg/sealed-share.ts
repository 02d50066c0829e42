import { ByteWriter, concatBytes, equalBytes } from '../encoding/bytes.ts';
import { bindInGraph, type GraphContext, type RoundContext } from './context.ts';
import { keyBytes } from './keys.ts';
import { shareBytes } from './shamir.ts';

/** Shares of both secrets of one device that one other device holds. */
export interface SharePair {
  /** Share of the seed of the self mask, revealed if the device's update was counted. */
  readonly seed: Uint8Array;
  /** Share of the secret of the masking key, revealed if the update was lost. */
  readonly masking: Uint8Array;
}

export const oneShareBytes = shareBytes(keyBytes);
export const pairBytes = 2 * oneShareBytes;
/** Bytes of half a SHA-256: a share that fits another's hash would take 2¹²⁸ tries. */
const hashBytes = 16;
const nonceBytes = 24;
const boxOverhead = 16;
/** Bytes of the result of `sealShares`: 120. */
export const parcelBytes = 2 * hashBytes + pairBytes + boxOverhead;

/**
 * Sender and receiver of a parcel, by number, and the shared key of their sealing keys, which both directions
 * use.
 */
export interface Route {
  readonly from: number;
  readonly to: number;
  /** 32 bytes. */
  readonly key: Uint8Array;
}

/**
 * Encodes a parcel: the hash of each share, then both sealed for their holder (NaCl's box). The nonce is the
 * hash of the graph and of both devices' numbers, in order, so that a box opens only between devices that
 * were shown the same graph, for its receiver, as its sender's.
 */
export function sealShares(
  context: GraphContext,
  { from, to, key }: Route,
  { seed, masking }: SharePair,
): Uint8Array {
  const box = context.primitives.seal(concatBytes(seed, masking), nonceOf(context, from, to), key);
  return concatBytes(shareHash(context, seed), shareHash(context, masking), box);
}

/**
 * Opens the shares in a parcel; undefined if it was not sealed in this graph by this sender for this
 * receiver, or holds other shares than its hashes say.
 */
export function openShares(
  context: GraphContext,
  { from, to, key }: Route,
  parcel: Uint8Array,
): SharePair | undefined {
  const box = parcel.subarray(2 * hashBytes);
  const opened = context.primitives.open(box, nonceOf(context, from, to), key);
  if (opened === undefined) return undefined;
  const pair = { seed: opened.subarray(0, oneShareBytes), masking: opened.subarray(oneShareBytes) };
  const asSaid =
    isShareOf(context, parcel, 'seed', pair.seed) && isShareOf(context, parcel, 'masking', pair.masking);
  return asSaid ? pair : undefined;
}

/** True if a share matches the hash of its dealer in this parcel. */
export function isShareOf(
  context: RoundContext,
  parcel: Uint8Array,
  kind: keyof SharePair,
  share: Uint8Array,
): boolean {
  const at = kind === 'seed' ? 0 : hashBytes;
  return equalBytes(shareHash(context, share), parcel.subarray(at, at + hashBytes));
}

/** Hashes a share. A share has 279 random bits, so its hash reveals nothing of it. */
const shareHash = ({ primitives }: RoundContext, share: Uint8Array): Uint8Array =>
  primitives.sha256(share).subarray(0, hashBytes);

function nonceOf(context: GraphContext, from: number, to: number): Uint8Array {
  const numbers = new ByteWriter(8).u32(from).u32(to).bytes;
  return context.primitives.sha256(bindInGraph(context, 'share', numbers)).subarray(0, nonceBytes);
}
