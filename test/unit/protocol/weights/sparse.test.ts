import { createCipheriv, createHash } from 'node:crypto';
import {
  decodeUpdate,
  encodeSparse,
  headerLength,
  type UpdateForm,
  updateLength,
} from '@murmuration/protocol/weights/codec';
import { layoutOf } from '@murmuration/protocol/weights/layout';
import {
  drawPlaces,
  gather,
  keptOf,
  packPlaces,
  placesLength,
  scatter,
  unpackPlaces,
} from '@murmuration/protocol/weights/sparse';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const placesOf = fc
  .integer({ min: 1, max: 3_000 })
  .chain(count =>
    fc.record({
      count: fc.constant(count),
      places: fc.uniqueArray(fc.integer({ min: 0, max: count - 1 }), { minLength: 1, maxLength: 200 }),
    }),
  )
  .map(({ count, places }) => ({ count, places: Uint32Array.from(places).sort() }));

describe('places of values', () => {
  it('WC7: come back as they were, in as many bytes as both numbers say', () => {
    fc.assert(
      fc.property(placesOf, ({ count, places }) => {
        const packed = packPlaces(places, count);
        expect(packed).toHaveLength(placesLength(count, places.length));
        expect(unpackPlaces(packed, count, places.length)).toEqual(places);
      }),
    );
  });

  it('WC7: take about 2 + log₂(n / k) bits each', () => {
    for (const kept of [14, 1_400, 14_000, 140_000, 1_400_000])
      expect((8 * placesLength(1_400_000, kept)) / kept).toBeLessThan(2.6 + Math.log2(1_400_000 / kept));
  });

  it('WC7: are refused, or rise below the number of values, whatever the bytes are', () => {
    fc.assert(
      fc.property(
        placesOf,
        fc.array(fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 })), { minLength: 1, maxLength: 4 }),
        ({ count, places }, flips) => {
          const packed = packPlaces(places, count);
          for (const [at, bits] of flips) packed[at % packed.length]! ^= bits;
          let read: Uint32Array;
          try {
            read = unpackPlaces(packed, count, places.length);
          } catch (error) {
            expect((error as { code?: string }).code).toBe('update.malformed');
            return;
          }
          expect(read).toHaveLength(places.length);
          for (const [i, place] of read.entries()) {
            expect(place).toBeLessThan(count);
            if (i > 0) expect(place).toBeGreaterThan(read[i - 1]!);
          }
          // Nobody can write the same places in two ways.
          expect(packPlaces(read, count)).toEqual(packed);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('UP14: are drawn alike by both sides, each as often as any other', () => {
    expect([...drawPlaces('a-round', 20, 6)]).toEqual([...drawPlaces('a-round', 20, 6)]);
    expect([...drawPlaces('a-round', 20, 6)]).not.toEqual([...drawPlaces('b-round', 20, 6)]);
    expect([...drawPlaces('all', 7, 7)]).toEqual([0, 1, 2, 3, 4, 5, 6]);
    const often = new Float64Array(40);
    for (let seed = 0; seed < 2_000; seed++)
      for (const place of drawPlaces(`${seed}`, 40, 10)) often[place]! += 1;
    // 500 each, with a deviation of 19: six of them.
    for (const times of often) expect(Math.abs(times - 500)).toBeLessThan(6 * 19.4);
  });

  it('UP14: are those that another client draws', () => {
    expect([...drawPlaces('7', 100, 5)]).toEqual(floyd('7', 100, 5));
    expect([...drawPlaces('a-round', 5_000, 2_000)]).toEqual(floyd('a-round', 5_000, 2_000));
  });

  it('are at least one, and at most all', () => {
    expect([keptOf(1_000, 0.01), keptOf(1_000, 1e-6), keptOf(3, 0.34), keptOf(10, 1)]).toEqual([
      10, 1, 2, 10,
    ]);
    const values = Float32Array.of(5, 6, 7, 8);
    const places = Uint32Array.of(1, 3);
    expect([...scatter(gather(values, places), places, 4, 2)]).toEqual([0, 12, 0, 16]);
  });
});

/** By OpenSSL's ChaCha20, and a set. */
function floyd(seed: string, count: number, kept: number): number[] {
  const key = createHash('sha256').update(`murmuration/places ${seed}`).digest();
  const words: number[] = [];
  for (let piece = 0; words.length < 2 * kept + 100; piece++) {
    // Block counter, then the nonce.
    const iv = Buffer.alloc(16);
    iv.writeUInt32LE(piece, 4);
    const stream = createCipheriv('chacha20', key, iv).update(Buffer.alloc(4_096));
    for (let at = 0; at < stream.length; at += 4) words.push(stream.readUInt32LE(at));
  }
  const taken = new Set<number>();
  for (let last = count - kept; last < count; last++) {
    let word = words.shift()!;
    while (word >= 2 ** 32 - (2 ** 32 % (last + 1))) word = words.shift()!;
    const place = word % (last + 1);
    taken.add(taken.has(place) ? last : place);
  }
  return [...taken].sort((a, b) => a - b);
}

describe('an update of some values', () => {
  const layout = layoutOf([{ name: 'w', shape: [100] }]);
  const form: Extract<UpdateForm, { kind: 'sparse' }> = {
    kind: 'sparse',
    layoutHash: layout.hash,
    count: 4,
    of: 100,
    bits: 8,
    isDrawn: false,
    maxWeight: 5,
  };
  const places = Uint32Array.of(3, 50, 51, 99);
  const units = Int32Array.of(127, -127, 0, 5);
  const bytes = encodeSparse(layout.hash, 100, { unit: 0.5, units, places }, 8, 3);

  it('WC7: comes back as it was, with its places or the seed of them', () => {
    expect(bytes).toHaveLength(updateLength(form));
    expect(decodeUpdate(bytes, form)).toEqual({ kind: 'sparse', unit: 0.5, units, places, weight: 3 });
    const drawn = encodeSparse(layout.hash, 100, { unit: 0.5, units, places: 77 }, 8, 3);
    expect(drawn).toHaveLength(headerLength + 4 + 4 + 4);
    expect(decodeUpdate(drawn, { ...form, isDrawn: true })).toEqual({
      kind: 'sparse',
      unit: 0.5,
      units,
      places: drawPlaces('77', 100, 4),
      weight: 3,
    });
  });

  // biome-ignore format: one refusal a line
  it.each<[string, (forged: Uint8Array) => Uint8Array, string]>([
    ['a weight of nothing', forged => forged.fill(0, 44, 48), 'this one is 0. [update.weight]'],
    ['a weight above the cap', forged => forged.fill(6, 44, 45), 'this one is 6. [update.weight]'],
    ['more values', forged => forged.fill(5, 40, 41), 'the update names 5. [update.wrong-length]'],
    ['more bytes', forged => Uint8Array.of(...forged, 0), '[update.wrong-length]'],
    ['other bits', forged => forged.fill(9, 6, 7), 'width of 8; the update names 9. [update.wrong-kind]'],
    ['all values', forged => forged.fill(0, 5, 6), 'The plan names the kind sparse. [update.wrong-kind]'],
    ['a unit that is no number', forged => forged.fill(255, 48, 52), 'The unit of the values is 0 or more, not NaN. [update.not-finite]'],
    ['a unit below 0', forged => forged.fill(0xbf, 51, 52), 'The unit of the values is 0 or more, not -0.5. [update.not-finite]'],
    ['an infinite unit', forged => forged.fill(0x80, 50, 51).fill(0x7f, 51, 52), 'The unit of the values is 0 or more, not Infinity. [update.not-finite]'],
    ['no places', forged => forged.fill(0, 52, 52 + placesLength(100, 4)), 'The places of the values are 4; 0 are there. [update.malformed]'],
    ['places everywhere', forged => forged.fill(255, 52, 52 + placesLength(100, 4)), 'The places of the values rise, each by itself; after 15 comes 15. [update.malformed]'],
    ['a place too many', forged => forged.fill(6, 55, 56), 'The places of the values are more than 4. [update.malformed]'],
    ['a place beyond all values', forged => forged.fill(0x43, 53, 54), 'The places of the values are below 100; one is 100. [update.malformed]'],
  ])('WC7: is refused with %s', (_, change, why) => {
    expect(() => decodeUpdate(change(bytes.slice()), form)).toThrow(why);
  });

  it('WC7: may have a unit of 0', () => {
    expect(decodeUpdate(bytes.slice().fill(0, 48, 52), form)).toMatchObject({ unit: 0, units, places });
  });
});
