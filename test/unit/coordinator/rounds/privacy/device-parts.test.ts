import type { DeviceId } from '@murmuration/protocol/ids/ids';
import { DeviceParts } from '@murmuration/rounds/privacy/device-parts';
import type { Parts } from '@murmuration/rounds/privacy/ledger';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../../seeded-random.ts';

const random = seededRandom(4);
const anyDevice = () => Buffer.from(random(16)).toString('base64url') as DeviceId;

/** Ids of few characters beside each other, so that many differ in one place only, also in the bits that 16 bytes have no room for. */
const device = fc
  .array(fc.constantFrom('A', 'B', '-', '_', '9'), { minLength: 22, maxLength: 22 })
  .map(letters => letters.join('') as DeviceId);
const near = fc.tuple(fc.nat(21), fc.constantFrom('A', 'B', '_')).map(([at, letter]) => {
  const letters = Array(22).fill('A');
  letters[at] = letter;
  return letters.join('') as DeviceId;
});

describe('the parts of devices, kept compactly', () => {
  it('are those of a map, whatever is put there in whatever order', () => {
    fc.assert(
      fc.property(
        fc.nat(2 ** 32 - 1),
        fc.array(
          fc.tuple(fc.oneof(device, near), fc.nat(1_000_000), fc.integer({ min: 1, max: 1_000_000 })),
          {
            maxLength: 400,
          },
        ),
        (seed, entries) => {
          const kept = new DeviceParts(seed);
          const map = new Map<DeviceId, Parts>();
          for (const [id, step, parts] of entries) {
            expect(kept.get(id)).toEqual(map.get(id));
            kept.set(id, { step, parts });
            map.set(id, { step, parts });
          }
          expect(kept.size).toBe(map.size);
          for (const [id, parts] of map) expect(kept.get(id)).toEqual(parts);
        },
      ),
    );
  });

  it('are those of each of very many devices, in no more than 40 bytes for one', () => {
    const kept = new DeviceParts(7);
    const devices = Array.from({ length: 100_000 }, anyDevice);
    for (const [i, id] of devices.entries()) kept.set(id, { step: i, parts: 1 });
    for (const [i, id] of devices.entries()) if (i % 3 === 0) kept.set(id, { step: 100_000 + i, parts: 2 });
    expect(kept.size).toBe(100_000);
    const wrong = devices.filter((id, i) => {
      const found = kept.get(id)!;
      return i % 3 === 0
        ? found.step !== 100_000 + i || found.parts !== 2
        : found.step !== i || found.parts !== 1;
    });
    expect(wrong).toEqual([]);
    expect(Array.from({ length: 1_000 }, anyDevice).filter(id => kept.get(id))).toEqual([]);
    expect(kept.bytes / kept.size).toBeLessThan(40);
  });

  it('are told apart by every character of an id, also where they meet in a full table', () => {
    const letters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'];
    for (const at of [0, 4, 9, 14, 19, 20]) {
      const devices = letters.flatMap(a =>
        letters.map(b => `${'A'.repeat(at)}${a}${b}${'A'.repeat(20 - at)}` as DeviceId),
      );
      const kept = new DeviceParts(3);
      for (const [step, id] of devices.entries()) kept.set(id, { step, parts: 1 });
      expect([at, kept.size]).toEqual([at, 4_096]);
      expect(devices.filter((id, step) => kept.get(id)?.step !== step)).toEqual([]);
    }
  });

  it('lie elsewhere under another seed, so that nobody can choose ids that want one place', () => {
    // Those that come first of so many under one seed are spread under another: both tables grow alike.
    const devices = Array.from({ length: 5_000 }, anyDevice);
    const order = (seed: number) => {
      const kept = new DeviceParts(seed);
      let grown = 0;
      return devices.filter(id => {
        kept.set(id, { step: 0, parts: 1 });
        const grows = kept.bytes > grown;
        grown = kept.bytes;
        return grows;
      });
    };
    expect(order(1)).not.toEqual(order(2));
    expect(order(1)).toEqual(order(1));
  });

  it('have no place for what is no id of a device', () => {
    const kept = new DeviceParts(1);
    for (const wrong of ['', 'A'.repeat(21), 'A'.repeat(23), `${'A'.repeat(21)}+`, `${'A'.repeat(21)}é`]) {
      expect(() => kept.set(wrong as DeviceId, { step: 0, parts: 1 })).toThrow('protocol.id');
      expect(() => kept.get(wrong as DeviceId)).toThrow('protocol.id');
    }
    expect(() => kept.set('A'.repeat(22) as DeviceId, { step: 0, parts: 2 ** 20 })).toThrow(RangeError);
    expect(kept.size).toBe(0);
  });
});
