import { equalBytes, hex, utf8 } from '@murmuration/protocol/encoding/bytes';
import { native } from '@murmuration/protocol/primitives/node';
import { portable } from '@murmuration/protocol/primitives/portable';
import type { Primitives } from '@murmuration/protocol/primitives/primitives';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

const bytes = (text: string) => new Uint8Array(Buffer.from(text.replaceAll(' ', ''), 'hex'));
const of = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });

const sides: [string, Primitives][] = [
  ['portable', portable],
  ['native', native],
];

describe.each(sides)('%s primitives give the published values', (_, primitives) => {
  test('SHA-256 of FIPS 180-4: "abc"', () => {
    expect(hex(primitives.sha256(utf8('abc')))).toBe(
      'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    );
  });

  test('HKDF-SHA256 of RFC 5869, appendix A.3: no salt, no info', () => {
    expect(hex(primitives.hkdf(new Uint8Array(22).fill(0x0b), new Uint8Array(0), 42))).toBe(
      '8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8',
    );
  });

  test.each([
    [
      '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60',
      'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
      '',
      'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
    ],
    [
      'c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7',
      'fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025',
      'af82',
      '6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a',
    ],
  ])('Ed25519 of RFC 8032 §7.1: seed %s', (seed, publicKey, message, signature) => {
    const key = primitives.ed25519.signingKey(bytes(seed));
    expect(hex(key.publicKey)).toBe(publicKey);
    expect(hex(key.sign(bytes(message)))).toBe(signature);
    expect(primitives.ed25519.verify(key.publicKey, bytes(message), bytes(signature))).toBe(true);
  });

  test('X25519 of RFC 7748 §6.1: both sides agree on the published secret', () => {
    const alice = primitives.x25519.agreementKey(
      bytes('77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a'),
    );
    const bob = primitives.x25519.agreementKey(
      bytes('5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb'),
    );
    expect(hex(alice.publicKey)).toBe('8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a');
    expect(hex(bob.publicKey)).toBe('de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f');
    for (const shared of [alice.agree(bob.publicKey), bob.agree(alice.publicKey)]) {
      expect(hex(shared)).toBe('4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742');
    }
  });

  test('NaCl box of "Cryptography in NaCl" (Bernstein 2009), §§9 and 10: key and sealed bytes', () => {
    const alice = primitives.x25519.agreementKey(
      bytes('77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a'),
    );
    const key = alice.sealingKey(bytes('de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f'));
    const nonce = bytes('69696ee955b62b73cd62bda875fc73d68219e0036b7a0b37');
    const message = bytes(
      'be075fc53c81f2d5cf141316ebeb0c7b5228c52a4c62cbd44b66849b64244ffce5ecbaaf33bd751a1ac728d45e6c6129' +
        '6cdc3c01233561f41db66cce314adb310e3be8250c46f06dceea3a7fa1348057e2f6556ad6b1318a024a838f21af1fde' +
        '048977eb48f59ffd4924ca1c60902e52f0a089bc76897040e082f937763848645e0705',
    );
    expect(hex(key)).toBe('1b27556473e985d462cd51197a9a46c76009549eac6474f206c4ee0844f68389');
    const box = primitives.seal(message, nonce, key);
    expect(hex(box)).toBe(
      'f3ffc7703f9400e52a7dfb4b3d3305d98e993b9f48681273c29650ba32fc76ce48332ea7164d96a4476fb8c531a1186a' +
        'c0dfc17c98dce87b4da7f011ec48c97271d2c20f9b928fe2270d6fb863d51738b48eeee314a7cc8ab932164548e526ae' +
        '90224368517acfeabd6bb3732bc0e9da99832b61ca01b6de56244a9e88d5f9b37973f622a43d14a6599b1f654cb45a74' +
        'e355a5',
    );
    expect(hex(primitives.open(box, nonce, key)!)).toBe(hex(message));
  });

  test.each([
    [
      '00'.repeat(32),
      0,
      '76b8e0ada0f13d90405d6ae55386bd28bdd219b8a08ded1aa836efcc8b770dc7da41597c5157488d7724e03fb8d84a376a43b8f41518a11cc387b669b2ee6586',
    ],
    [
      '00'.repeat(32),
      1,
      '9f07e7be5551387a98ba977c732d080dcb0f29a048e3656912c6533e32ee7aed29b721769ce64e43d57133b074d839d531ed1f28510afb45ace10a1f4b794d6f',
    ],
    [
      `${'00'.repeat(31)}01`,
      1,
      '3aeb5224ecf849929b9d828db1ced4dd832025e8018b8160b82284f3c949aa5a8eca00bbb4a73bdad192b5c42f73f2fd4e273644c8b36125a64addeb006c13a0',
    ],
    [
      `00ff${'00'.repeat(30)}`,
      2,
      '72d54dfbf12ec44b362692df94137f328fea8da73990265ec1bbbea1ae9af0ca13b25aa26cb4a648cb9b9d1be65b2c0924a66c54d545ec1b7374f4872e99f096',
    ],
  ])('ChaCha20 of RFC 8439, appendix A.1: key %s, block %i', (key, counter, block) => {
    expect(hex(primitives.keystream(bytes(key), counter).next(1))).toBe(block);
  });

  test('ChaCha20 gives the integers of xaynet (3289a30, rust/xaynet-core/src/crypto/prng.rs, test_generate_integer)', () => {
    const limit = 115792089237316195423570985008687907852589419931798687112530834793049593217025n;
    const words = primitives.keystream(new Uint8Array(32), 0).next(16);
    const drawn: bigint[] = [];
    for (let at = 0; drawn.length < 5; at += 32) {
      const integer = BigInt(`0x${hex(words.slice(at, at + 32).reverse())}`);
      if (integer < limit) drawn.push(integer);
    }
    expect(drawn).toEqual([
      90034050956742099321159087842304570510687605373623064829879336909608119744630n,
      60790020689334235010238064028215988394112077193561636249125918224917556969946n,
      107415344426328791036720294006773438815099086866510488084511304829720271980447n,
      50343610553303623842889112417183549658912134525854625844144939347139411162921n,
      42382469383990928111449714288937630103705168010724718767641573929365517895981n,
    ]);
  });

  // The points of order 1, 2, 4 and 8 on the curve and its twist (RFC 7748 §7; https://cr.yp.to/ecdh.html#validate).
  test.each([
    '00'.repeat(32),
    `01${'00'.repeat(31)}`,
    'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800',
    '5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157',
    `ec${'ff'.repeat(30)}7f`,
    `ed${'ff'.repeat(30)}7f`,
    `ee${'ff'.repeat(30)}7f`,
  ])('X25519 refuses the low-order key %s', publicKey => {
    const key = primitives.x25519.agreementKey(new Uint8Array(32).fill(7));
    expect(() => key.agree(bytes(publicKey))).toThrow('[crypto.low-order]');
    expect(() => key.sealingKey(bytes(publicKey))).toThrow('[crypto.low-order]');
  });

  test('a signature or a box that was touched is refused, malformed ones included', () => {
    const key = primitives.ed25519.signingKey(new Uint8Array(32).fill(1));
    const signature = key.sign(utf8('yes'));
    const verify = primitives.ed25519.verify;
    expect(verify(key.publicKey, utf8('no'), signature)).toBe(false);
    expect(
      verify(
        key.publicKey,
        utf8('yes'),
        signature.map((byte, i) => (i === 40 ? byte ^ 1 : byte)),
      ),
    ).toBe(false);
    expect(
      verify(primitives.ed25519.signingKey(new Uint8Array(32).fill(2)).publicKey, utf8('yes'), signature),
    ).toBe(false);
    expect(verify(key.publicKey, utf8('yes'), signature.subarray(1))).toBe(false);
    expect(verify(key.publicKey.subarray(1), utf8('yes'), signature)).toBe(false);
    expect(verify(new Uint8Array(32).fill(255), utf8('yes'), signature)).toBe(false);

    const secret = new Uint8Array(32).fill(3);
    const nonce = new Uint8Array(24);
    const box = primitives.seal(utf8('yes'), nonce, secret);
    expect(
      primitives.open(
        box.map((byte, i) => (i === 3 ? byte ^ 1 : byte)),
        nonce,
        secret,
      ),
    ).toBeUndefined();
    expect(
      primitives.open(
        box,
        nonce.map(() => 1),
        secret,
      ),
    ).toBeUndefined();
    expect(primitives.open(box, nonce, new Uint8Array(32))).toBeUndefined();
    expect(primitives.open(box.subarray(0, 5), nonce, secret)).toBeUndefined();
  });
});

describe('native and portable primitives are the same functions', () => {
  const same = (a: Uint8Array | undefined, b: Uint8Array | undefined) =>
    a !== undefined && b !== undefined && equalBytes(a, b);

  test('SHA-256 and HKDF', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 200 }),
        fc.uint8Array({ maxLength: 80 }),
        fc.integer({ min: 1, max: 200 }),
        (message, info, length) =>
          same(portable.sha256(message), native.sha256(message)) &&
          same(portable.hkdf(message, info, length), native.hkdf(message, info, length)),
      ),
    );
  });

  test('X25519 at the edges of the field, the top bit set or not: the same secret, or the same refusal', () => {
    const field = 2n ** 255n - 19n;
    const lowOrder = [
      325606250916557431795983626356110631294008115727848805560023387167927233504n,
      39382357235489614581723060781553021112529911719440698176882885853963445705823n,
    ];
    const near = Array.from({ length: 38 }, (_, i) => field - 19n + BigInt(i));
    const edges = [...Array.from({ length: 20 }, (_, i) => BigInt(i)), ...lowOrder, ...near];
    const encodings = edges
      .flatMap(edge => [edge, edge + 2n ** 255n])
      .map(edge => bytes(edge.toString(16).padStart(64, '0')).reverse());
    const answer = ({ x25519 }: Primitives, peer: Uint8Array) => {
      try {
        return hex(x25519.agreementKey(new Uint8Array(32).fill(7)).agree(peer));
      } catch (error) {
        return String(error);
      }
    };
    for (const peer of encodings) expect(answer(portable, peer)).toBe(answer(native, peer));
    const refused = encodings.filter(peer => answer(native, peer).includes('crypto.low-order'));
    // 0, 1, two of order 8, −1, and 0 and 1 once more beyond the field, each twice.
    expect(refused).toHaveLength(14);
  });

  test('Ed25519: keys, signatures, and each verifies the other', () => {
    fc.assert(
      fc.property(of(32), fc.uint8Array({ maxLength: 100 }), (seed, message) => {
        const [p, n] = [portable.ed25519.signingKey(seed), native.ed25519.signingKey(seed)];
        const signature = p.sign(message);
        return (
          same(p.publicKey, n.publicKey) &&
          same(signature, n.sign(message)) &&
          native.ed25519.verify(p.publicKey, message, signature) &&
          portable.ed25519.verify(n.publicKey, message, signature)
        );
      }),
      { numRuns: 30 },
    );
  });

  test('X25519: public keys, agreements, sealing keys', () => {
    fc.assert(
      fc.property(of(32), of(32), (mine, theirs) => {
        const [p, n] = [portable.x25519.agreementKey(mine), native.x25519.agreementKey(mine)];
        const peer = native.x25519.agreementKey(theirs);
        return (
          same(p.publicKey, n.publicKey) &&
          same(p.agree(peer.publicKey), n.agree(peer.publicKey)) &&
          same(p.agree(peer.publicKey), peer.agree(p.publicKey)) &&
          same(p.sealingKey(peer.publicKey), n.sealingKey(peer.publicKey))
        );
      }),
      { numRuns: 30 },
    );
  });

  test('one key of both curves, used in turn, is each time the one that is meant', () => {
    const seed = new Uint8Array(32).fill(3);
    const { publicKey, sign } = portable.ed25519.signingKey(seed);
    for (let time = 0; time < 2; time++) {
      const [n, p] = [native, portable].map(each => each.x25519.agreementKey(seed).agree(publicKey));
      expect(hex(n!)).toBe(hex(p!));
      expect(native.ed25519.verify(publicKey, utf8('yes'), sign(utf8('yes')))).toBe(true);
      expect(native.ed25519.verify(publicKey, utf8('no'), sign(utf8('yes')))).toBe(false);
    }
  });

  test('more public keys than are kept once they are imported are the same ones again', () => {
    const mine = native.x25519.agreementKey(new Uint8Array(32).fill(7));
    const peers = Array.from({ length: 5 }, (_, i) =>
      portable.x25519.agreementKey(new Uint8Array(32).fill(i + 1)),
    );
    const agree = () => peers.map(({ publicKey }) => hex(mine.agree(publicKey)));
    const before = agree();
    const others = new Uint8Array(32);
    for (let i = 0; i < 5_000; i++) {
      new DataView(others.buffer).setUint32(8, i + 1);
      native.ed25519.verify(others, new Uint8Array(1), new Uint8Array(64));
    }
    expect(agree()).toEqual(before);
    expect(before).toEqual(peers.map(peer => hex(peer.agree(mine.publicKey))));
  });

  test('X25519: arbitrary bytes as a public key, the ignored top bit included', () => {
    fc.assert(
      fc.property(of(32), of(32), (mine, publicKey) =>
        same(
          portable.x25519.agreementKey(mine).agree(publicKey),
          native.x25519.agreementKey(mine).agree(publicKey),
        ),
      ),
      { numRuns: 30 },
    );
  });

  test('sealing: each opens what the other sealed', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 200 }),
        of(24),
        of(32),
        (message, nonce, key) =>
          same(portable.seal(message, nonce, key), native.seal(message, nonce, key)) &&
          same(portable.open(native.seal(message, nonce, key), nonce, key), message) &&
          same(native.open(portable.seal(message, nonce, key), nonce, key), message),
      ),
    );
  });

  test('ChaCha20: reading in pieces and seeking give one stream, aligned to words', () => {
    fc.assert(
      fc.property(
        of(32),
        fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 6 }),
        (key, pieces) => {
          const whole = portable
            .keystream(key, 0)
            .next(pieces.reduce((sum, piece) => sum + piece, 0))
            .slice();
          return sides.every(([, primitives]) => {
            const stream = primitives.keystream(key, 0);
            let block = 0;
            return pieces.every(piece => {
              const expected = whole.subarray(64 * block, 64 * (block + piece));
              const inSequence = stream.next(piece);
              const sought = primitives.keystream(key, block).next(piece);
              block += piece;
              return inSequence.byteOffset % 4 === 0 && same(inSequence, expected) && same(sought, expected);
            });
          });
        },
      ),
    );
  });
});
