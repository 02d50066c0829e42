import { equalBytes, hex, utf8 } from '@murmuration/protocol/encoding/bytes';
import { native } from '@murmuration/protocol/primitives/node';
import { portable } from '@murmuration/protocol/primitives/portable';
import nacl from 'tweetnacl';
import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../seeded-random.ts';
import cctv from '../../vectors/ed25519-cctv.json' with { type: 'json' };
import speccheck from '../../vectors/ed25519-speccheck.json' with { type: 'json' };
import { acceptedOfGenerated, type Claimed, claims, order, scalarOf } from './forged.ts';

const bytes = (text: string) => new Uint8Array(Buffer.from(text, 'hex'));

const published: Claimed[] = [
  ...speccheck.map(({ message, pub_key, signature }, i) => ({
    kind: `speccheck ${i}`,
    key: bytes(pub_key),
    message: bytes(message),
    signature: bytes(signature),
  })),
  ...cctv.map(({ number, key, msg, sig }) => ({
    kind: `CCTV ${number}`,
    key: bytes(key),
    message: utf8(msg),
    signature: bytes(sig),
  })),
];
const generated = claims(500, seededRandom(25_519));

const passes = ({ ed25519 }: typeof native, { key, message, signature }: Claimed) =>
  ed25519.verify(key, message, signature);

describe('ED1–ED3: whoever signs so that some accept it and others do not', () => {
  test('finds no signature on which native and portable code differ', () => {
    const differing = [...published, ...generated].filter(
      claim => passes(native, claim) !== passes(portable, claim),
    );
    expect(differing.map(({ kind }) => kind)).toEqual([]);
  });

  test('is answered as the rules say, to all published cases', () => {
    const line = published.slice(0, 12).map(claim => (passes(native, claim) ? 'V' : 'X'));
    expect(line.join(' ')).toBe('X X V V X X X X X X X X');
    const accepted = cctv.filter((_, i) => passes(native, published[12 + i]!));
    expect(cctv).toHaveLength(914);
    expect(accepted).toHaveLength(86);
    const flags = new Set(accepted.flatMap(({ flags }) => flags ?? []));
    for (const refused of ['low_order_A', 'non_canonical_A', 'non_canonical_R', 'low_order_residue'])
      expect(flags).not.toContain(refused);
  });

  test('is answered as a third implementation answers, once keys and scalars are judged', () => {
    // Ten of each kind: the third one is slow.
    for (const claim of generated.slice(0, 110)) {
      const { key, message, signature, kind } = claim;
      const sound = !lowOrder.has(hex(key)) && isBelowField(key) && scalarOf(signature.subarray(32)) < order;
      const third = sound && nacl.sign.detached.verify(message, signature, key);
      expect([kind, passes(portable, claim)]).toEqual([kind, third]);
    }
    const all = generated.filter(claim => passes(native, claim));
    expect(all).toHaveLength(acceptedOfGenerated);
    const accepted = new Set(all.map(({ kind }) => kind));
    expect(accepted).toContain('honest');
    expect(accepted).toContain('key and torsion that cancels in R');
    for (const refused of ['S and the order', 'R and torsion', 'a key of low order', 'a bit of the message'])
      expect(accepted).not.toContain(refused);
  });

  test('gets nothing for another length, in either', () => {
    const { key, message, signature } = generated[0]!;
    for (const { ed25519 } of [native, portable]) {
      expect(ed25519.verify(key, message, signature)).toBe(true);
      expect(ed25519.verify(key.subarray(1), message, signature)).toBe(false);
      expect(ed25519.verify(key, message, signature.subarray(1))).toBe(false);
      expect(ed25519.verify(Uint8Array.of(...key, 0), message, signature)).toBe(false);
      expect(ed25519.verify(key, message, Uint8Array.of(...signature, 0))).toBe(false);
    }
    expect(equalBytes(key, generated[0]!.key)).toBe(true);
  });
});

/** The points of order 1, 2, 4 and 8, as C2SP/CCTV lists their encodings below the field's size. */
const lowOrder = new Set([
  '00'.repeat(32),
  `${'00'.repeat(31)}80`,
  `01${'00'.repeat(31)}`,
  `01${'00'.repeat(30)}80`,
  `ec${'ff'.repeat(30)}7f`,
  `ec${'ff'.repeat(31)}`,
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa',
]);
const isBelowField = (key: Uint8Array) => scalarOf(key) % 2n ** 255n < 2n ** 255n - 19n;
