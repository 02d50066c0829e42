import { concatBytes } from '@murmuration/protocol/encoding/bytes';
import { Point, utils } from '@noble/ed25519';
import { sha512 } from '@noble/hashes/sha2.js';

/** What somebody claims to have signed. */
export interface Claimed {
  /** How it was made. */
  readonly kind: string;
  readonly key: Uint8Array;
  readonly message: Uint8Array;
  readonly signature: Uint8Array;
}

/** Of 500 claims of the seed 25,519, those that are signatures. */
export const acceptedOfGenerated = 111;

export const order = 2n ** 252n + 27742317777372353535851937790883648493n;
const fromHex = (hex: string) => Uint8Array.from(hex.match(/../g)!, byte => Number.parseInt(byte, 16));

/** A point of order 8: its multiples are all that a key or a signature can hide from an equation with the cofactor. */
const torsion = Point.fromBytes(
  fromHex('c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a'),
  false,
);
const hidden = (times: number) => torsion.multiply(BigInt(times), false);

function scalarBytes(value: bigint): Uint8Array {
  const bytes = new Uint8Array(32);
  for (let i = 0, left = value; i < 32; i++, left >>= 8n) bytes[i] = Number(left & 255n);
  return bytes;
}

export function scalarOf(bytes: Uint8Array): bigint {
  return bytes.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
}

const challengeOf = (r: Uint8Array, key: Uint8Array, message: Uint8Array): bigint =>
  scalarOf(sha512(concatBytes(r, key, message))) % order;

const flipped = (bytes: Uint8Array, bit: number) =>
  bytes.map((byte, i) => (i === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte));

/**
 * `count` signatures, half of them honest until something was added to the key or to the signature: points of low order, the
 * order of the group, one bit. Whoever made them knows the secret of the key: what is at stake is whether all who check agree.
 */
export function claims(count: number, random: (length: number) => Uint8Array): Claimed[] {
  const upTo = (most: number) => random(1)[0]! % (most + 1);
  const makers: Record<string, () => Omit<Claimed, 'kind'>> = {
    honest: () => signed(0, 0),
    'key and torsion': () => signed(1 + upTo(6), 0),
    'R and torsion': () => signed(0, 1 + upTo(6)),
    'both and torsion': () => signed(1 + upTo(6), 1 + upTo(6)),
    'key and torsion that cancels in R': () => cancelling(1 + upTo(6)),
    'S and the order': () => {
      const claim = signed(0, 0);
      const scalar = scalarBytes(scalarOf(claim.signature.subarray(32)) + order);
      return { ...claim, signature: concatBytes(claim.signature.subarray(0, 32), scalar) };
    },
    'a bit of the signature': () => {
      const claim = signed(0, 0);
      return { ...claim, signature: flipped(claim.signature, 2 * upTo(255) + upTo(1)) };
    },
    'a bit of the key': () => {
      const claim = signed(0, 0);
      return { ...claim, key: flipped(claim.key, upTo(255)) };
    },
    'a bit of the message': () => {
      const claim = signed(0, 0);
      return { ...claim, message: flipped(claim.message, upTo(8 * claim.message.length - 1)) };
    },
    'a key of low order': () => {
      const [key, message] = [hidden(upTo(7)).toBytes(), random(16)];
      const scalar = scalarOf(random(32)) % order;
      return {
        key,
        message,
        signature: concatBytes(Point.BASE.multiply(scalar).toBytes(), scalarBytes(scalar)),
      };
    },
    'R of low order': () => {
      const { scalar, pointBytes: key } = utils.getExtendedPublicKey(random(32));
      const [r, message] = [hidden(upTo(7)).toBytes(), random(16)];
      const sum = (challengeOf(r, key, message) * scalar) % order;
      return { key, message, signature: concatBytes(r, scalarBytes(sum)) };
    },
  };

  /** Signs with so many times the point of low order added to the key and to R. */
  function signed(onKey: number, onR: number): Omit<Claimed, 'kind'> {
    const { scalar, point } = utils.getExtendedPublicKey(random(32));
    const [key, message] = [point.add(hidden(onKey)).toBytes(), random(1 + upTo(40))];
    const secret = scalarOf(random(32)) % order;
    const r = Point.BASE.multiply(secret).add(hidden(onR)).toBytes();
    const sum = (secret + challengeOf(r, key, message) * scalar) % order;
    return { key, message, signature: concatBytes(r, scalarBytes(sum)) };
  }

  /** As `signed`, tried until both cancel, so that an equation without the cofactor holds. */
  function cancelling(onKey: number): Omit<Claimed, 'kind'> {
    for (;;) {
      const onR = upTo(7);
      const claim = signed(onKey, onR);
      const challenge = challengeOf(claim.signature.subarray(0, 32), claim.key, claim.message);
      if ((Number(challenge % 8n) * onKey + onR) % 8 === 0) return claim;
    }
  }

  const kinds = Object.keys(makers);
  return Array.from({ length: count }, (_, i) => {
    const kind = kinds[i % kinds.length]!;
    return { kind, ...makers[kind]!() };
  });
}
