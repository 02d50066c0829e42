import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { concatBytes, utf8 } from '../encoding/bytes.ts';
import type { QueryKind } from './query.ts';

/** What a device says of a source of text, for ever: which buckets it fills, or exact counts (SPEC.md, QY16). */
export type Side = 'sketches' | 'counts';

/**
 * The share of devices that are on the side of sketches: the smallest with which the simulation `vocabulary` still finds nearly all texts that
 * those on the other side have. Of a smaller sample too few have a text that is just frequent enough.
 */
export const sketchShare = 0.6;

/** Devices that fill a bucket of a sketch before it counts, never fewer. */
const fewest = 3;

/** How many devices make a bucket heavy, where so many have to have a text: the share of them that sketches are asked of. */
export const heavyFor = (threshold: number): number => Math.max(fewest, Math.round(threshold * sketchShare));

/** The side of a device, which follows from the seed of its identity and from the source's name, and is known to nobody else until it answers. */
export function sideOf(seed: Uint8Array, source: string): Side {
  const secret = sha256(concatBytes(utf8('murmuration sides 1\n'), seed));
  const drawn = hmac(sha256, secret, utf8(source));
  const share = new DataView(drawn.buffer, drawn.byteOffset).getUint32(0, true) / 2 ** 32;
  return share < sketchShare ? 'sketches' : 'counts';
}

/** The share of devices that answer a round of a query: those on its side. */
export function shareAsked(kind: QueryKind, round: number): number {
  const side = sideAsked(kind, round);
  if (!side) return 1;
  return side === 'sketches' ? sketchShare : 1 - sketchShare;
}

/** The side that a round of a query asks, counted from 1; undefined: both, since it is about no text. */
export function sideAsked(kind: QueryKind, round: number): Side | undefined {
  switch (kind) {
    case 'heavy-hitters':
      return round === 1 ? 'sketches' : 'counts';
    case 'ngrams':
      return round % 2 === 0 ? 'sketches' : 'counts';
    case 'distinct':
      return 'sketches';
    case 'top':
    case 'numbers':
      return 'counts';
    default:
      return undefined;
  }
}
