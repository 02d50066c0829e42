import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { concatBytes, utf8 } from '../encoding/bytes.ts';
import type { QueryKind } from './query.ts';

/**
 * Form in which a device answers about a source of texts, for ever: the buckets it fills, or exact counts
 * (SPEC.md, QY16).
 */
export type Side = 'sketches' | 'counts';

/**
 * Share of devices on the side of sketches: the smallest with which the simulation `vocabulary` still finds
 * nearly all texts of the devices on the other side. In a smaller sample too few devices have a text that is
 * just frequent enough.
 */
export const sketchShare = 0.6;

/** Minimum devices that make a bucket of a sketch heavy. */
const fewest = 3;

/**
 * Number of devices that make a bucket heavy, for a threshold of texts: the share of it that sketches are
 * asked of.
 */
export const heavyFor = (threshold: number): number => Math.max(fewest, Math.round(threshold * sketchShare));

/**
 * Side of a device, derived from the seed of its identity and the source's name; secret until the device
 * answers.
 */
export function sideOf(seed: Uint8Array, source: string): Side {
  const secret = sha256(concatBytes(utf8('murmuration sides 1\n'), seed));
  const drawn = hmac(sha256, secret, utf8(source));
  const share = new DataView(drawn.buffer, drawn.byteOffset).getUint32(0, true) / 2 ** 32;
  return share < sketchShare ? 'sketches' : 'counts';
}

/** Share of devices that answer a round of a query: those on its side. */
export function shareAsked(kind: QueryKind, round: number): number {
  const side = sideAsked(kind, round);
  if (!side) return 1;
  return side === 'sketches' ? sketchShare : 1 - sketchShare;
}

/** Side that a round of a query asks (rounds count from 1); undefined for both, if it is about no text. */
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
