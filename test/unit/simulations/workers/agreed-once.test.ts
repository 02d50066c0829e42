import { hex } from '@murmuration/protocol/encoding/bytes';
import { native } from '@murmuration/protocol/primitives/node';
import type { Primitives } from '@murmuration/protocol/primitives/primitives';
import { agreedOnce } from '@murmuration/simulations/workers/agreed-once';
import fc from 'fast-check';
import { expect, it } from 'vitest';

function counted(): { readonly primitives: Primitives; readonly calls: () => number } {
  let calls = 0;
  const agreementKey: Primitives['x25519']['agreementKey'] = secret => {
    const key = native.x25519.agreementKey(secret);
    const agree: typeof key.agree = peer => {
      calls += 1;
      return key.agree(peer);
    };
    return { ...key, agree };
  };
  return { primitives: { ...native, x25519: { agreementKey } }, calls: () => calls };
}

const secret = (i: number) => new Uint8Array(32).fill(i + 1);

it('gives every owner what the primitives give, whoever asks first and however often', () => {
  const bytes = fc.uint8Array({ minLength: 32, maxLength: 32 });
  const asked = fc.array(fc.tuple(fc.nat(3), fc.nat(3), fc.boolean()), { maxLength: 24 });
  fc.assert(
    fc.property(
      fc.uniqueArray(bytes, { minLength: 4, maxLength: 4, selector: String }),
      asked,
      (secrets, all) => {
        const once = agreedOnce(native);
        for (const [mine, theirs, isSealing] of all) {
          const peer = native.x25519.agreementKey(secrets[theirs]!).publicKey;
          const [tried, right] = [once, native].map(each => each.x25519.agreementKey(secrets[mine]!));
          expect(tried!.publicKey).toEqual(right!.publicKey);
          if (isSealing) expect(tried!.sealingKey(peer)).toEqual(right!.sealingKey(peer));
          else expect(hex(tried!.agree(peer))).toBe(hex(right!.agree(peer)));
        }
      },
    ),
    { numRuns: 30 },
  );
});

it('computes once for both owners, and forgets it then', () => {
  const { primitives, calls } = counted();
  const { agreementKey } = agreedOnce(primitives).x25519;
  const [a, b] = [agreementKey(secret(1)), agreementKey(secret(2))];
  a.sealingKey(b.publicKey);
  b.sealingKey(a.publicKey);
  expect(calls()).toBe(1);
  a.agree(b.publicKey);
  expect(calls()).toBe(2);
});

it('does not give an owner that asks again what is kept for the other one', () => {
  const { primitives, calls } = counted();
  const { agreementKey } = agreedOnce(primitives).x25519;
  const [a, b] = [agreementKey(secret(1)), agreementKey(secret(2))];
  a.agree(b.publicKey);
  a.agree(b.publicKey);
  expect(calls()).toBe(2);
  b.agree(a.publicKey);
  expect(calls()).toBe(2);
});

it('keeps what it knows from whoever changes the bytes that it was given', () => {
  const { agreementKey } = agreedOnce(native).x25519;
  const [a, b] = [agreementKey(secret(1)), agreementKey(secret(2))];
  const right = native.x25519.agreementKey(secret(2)).agree(a.publicKey);
  a.agree(b.publicKey).fill(0);
  expect(hex(b.agree(a.publicKey))).toBe(hex(right));
});

it('refuses keys of low order each time, and keeps nothing of them', () => {
  const key = agreedOnce(native).x25519.agreementKey(secret(1));
  for (let time = 0; time < 2; time++)
    expect(() => key.agree(new Uint8Array(32))).toThrow('[crypto.low-order]');
});

it('keeps so many pairs at most', () => {
  const { primitives, calls } = counted();
  const { agreementKey } = agreedOnce(primitives, 2).x25519;
  const [a, b, c, d] = [1, 2, 3, 4].map(i => agreementKey(secret(i)));
  a!.agree(b!.publicKey);
  a!.agree(c!.publicKey);
  a!.agree(d!.publicKey);
  b!.agree(a!.publicKey);
  d!.agree(a!.publicKey);
  expect(calls()).toBe(4);
});
