import { native } from '@murmuration/protocol/primitives/node';
import type { Primitives } from '@murmuration/protocol/primitives/primitives';
import { checkedOnce } from '@murmuration/simulations/workers/checked-once';
import fc from 'fast-check';
import { expect, it } from 'vitest';

function counted(): { readonly primitives: Primitives; readonly calls: () => number } {
  let calls = 0;
  const { ed25519 } = native;
  const verify: typeof ed25519.verify = (...asked) => {
    calls += 1;
    return ed25519.verify(...asked);
  };
  return { primitives: { ...native, ed25519: { ...ed25519, verify } }, calls: () => calls };
}

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });

it('says of every signature what the primitives say, of forged ones as well', () => {
  const once = checkedOnce(native);
  const altered = (of: Uint8Array, at: number) =>
    of.map((byte, i) => (i === at % of.length ? byte ^ 1 : byte));
  fc.assert(
    fc.property(bytes(32), fc.uint8Array({ minLength: 1, maxLength: 80 }), fc.nat(), (seed, message, at) => {
      const { publicKey, sign } = native.ed25519.signingKey(seed);
      const signature = sign(message);
      const cases: readonly [Uint8Array, Uint8Array, Uint8Array][] = [
        [publicKey, message, signature],
        [publicKey, altered(message, at), signature],
        [publicKey, message, altered(signature, at)],
        [altered(publicKey, at), message, signature],
        [publicKey, message.subarray(1), signature],
      ];
      for (const asked of cases)
        for (let time = 0; time < 2; time++)
          expect(once.ed25519.verify(...asked)).toBe(native.ed25519.verify(...asked));
    }),
    { numRuns: 30 },
  );
});

it('a signature that moves a byte into the message is another question', () => {
  const { primitives, calls } = counted();
  const once = checkedOnce(primitives);
  const { publicKey, sign } = native.ed25519.signingKey(new Uint8Array(32));
  const signature = sign(new Uint8Array([1, 2]));
  expect(once.ed25519.verify(publicKey, new Uint8Array([1, 2]), signature)).toBe(true);
  const moved = new Uint8Array([signature[63]!, 1, 2]);
  expect(once.ed25519.verify(publicKey, moved, signature.subarray(0, 63))).toBe(false);
  expect(calls()).toBe(2);
});

it('asks once, and again where it has forgotten', () => {
  const { primitives, calls } = counted();
  const once = checkedOnce(primitives, 2);
  const { publicKey, sign } = native.ed25519.signingKey(new Uint8Array(32));
  const verify = (byte: number) => {
    const message = Uint8Array.of(byte);
    expect(once.ed25519.verify(publicKey, message, sign(message))).toBe(true);
  };
  for (const byte of [1, 1, 2, 2]) verify(byte);
  expect(calls()).toBe(2);
  verify(3);
  verify(1);
  expect(calls()).toBe(4);
});
