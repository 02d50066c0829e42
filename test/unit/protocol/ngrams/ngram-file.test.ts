import { concatBytes, hex, utf8 } from '@murmuration/protocol/encoding/bytes';
import type { MurmurationError } from '@murmuration/protocol/errors/errors';
import {
  decodeNgrams,
  encodeNgrams,
  type Ngram,
  type NgramTrie,
} from '@murmuration/protocol/ngrams/ngram-file';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import '../../../property-seed.ts';
import { codeOf } from '../../codes.ts';

const terms = { classes: 40, firstClass: 4, threshold: 3 };

/** N-grams of any words, each once. */
const ngrams = fc
  .uniqueArray(
    fc.tuple(
      fc.array(fc.integer({ min: 0, max: 39 }), { maxLength: 3 }),
      fc.integer({ min: 4, max: 39 }),
      fc.integer({ min: 3, max: 2 ** 32 - 1 }),
    ),
    { minLength: 1, maxLength: 60, selector: ([before, last]) => `${before} ${last}` },
  )
  .map(all => all.map(([before, last, count]): Ngram => ({ ids: [...before, last], count })));

/** What a trie says, by another way than that which reads it. */
function listed({ ids, counts, children, roots }: NgramTrie): Ngram[] {
  const found: Ngram[] = [];
  const walk = (from: number, end: number, before: readonly number[]) => {
    for (let node = from; node < end; node++) {
      const own = [...before, ids[node]!];
      if (counts[node]! > 0) found.push({ ids: own, count: counts[node]! });
      if (node + 1 < children.length) walk(children[node]!, children[node + 1]!, own);
    }
  };
  walk(0, roots, []);
  return found;
}

const sorted = (all: readonly Ngram[]) =>
  all.toSorted((a, b) => (a.ids.join(' ') < b.ids.join(' ') ? -1 : 1));

describe('a file of n-grams', () => {
  it('MD8: says what was written, in the same bytes whatever the order', () => {
    fc.assert(
      fc.property(ngrams, fc.func(fc.integer()), (all, order) => {
        const bytes = encodeNgrams(all, terms);
        expect(sorted(listed(decodeNgrams(bytes)))).toEqual(sorted(all));
        const shuffled = all.toSorted((a, b) => order(a.ids) - order(b.ids));
        expect(encodeNgrams(shuffled, terms)).toEqual(bytes);
      }),
    );
  });

  it('MD8: is as the SPEC has it', () => {
    const all = [
      { ids: [5], count: 300 },
      { ids: [1, 4], count: 3 },
    ];
    // Two roots: 1 that only precedes, and 5; then one child of 1, 4, and none of 5.
    const body = [40, 4, 3, 2, 2, 1, 0, 3, 172, 2, 1, 4, 3, 0];
    expect(hex(encodeNgrams(all, terms))).toBe(hex(concatBytes(utf8('MNGC'), Uint8Array.of(1, ...body))));
  });

  it('MD8: has one form, and whatever else arrives is refused', () => {
    fc.assert(
      fc.property(ngrams, fc.nat(), fc.nat({ max: 255 }), fc.boolean(), (all, where, byte, isCut) => {
        const bytes = encodeNgrams(all, terms);
        const at = where % bytes.length;
        const other = isCut ? bytes.slice(0, at) : bytes.with(at, byte);
        let read: NgramTrie;
        try {
          read = decodeNgrams(other);
        } catch (error) {
          expect((error as MurmurationError).code).toBe('model.corrupt');
          return;
        }
        expect(encodeNgrams(listed(read), read)).toEqual(other);
      }),
      { numRuns: 2_000 },
    );
  });

  it('MD8: is nothing for bytes of any kind', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), bytes => {
        for (const each of [bytes, concatBytes(utf8('MNGC'), Uint8Array.of(1), bytes)])
          expect(['none', 'model.corrupt']).toContain(codeOf(() => decodeNgrams(each)));
      }),
    );
  });

  it('MD8: may be as large as it says', () => {
    const most = { classes: 1 << 20, firstClass: 0, threshold: 1_000_000 };
    const longest = [{ ids: Array<number>(5).fill((1 << 20) - 1), count: 2 ** 32 - 1 }];
    const read = decodeNgrams(encodeNgrams(longest, most));
    expect(read).toMatchObject({ ...most, order: 5 });
    expect(listed(read)).toEqual(longest);
  });

  const file = (...body: number[]) => concatBytes(utf8('MNGC'), Uint8Array.of(1, ...body));
  // biome-ignore format: one refusal a line
  it.each([
    ['of another version', concatBytes(utf8('MNGC'), Uint8Array.of(2, 40, 4, 3, 1, 1, 5, 3)), 'version 2'],
    ['of no classes', file(0, 0, 3, 1, 1, 5, 3), 'classes'],
    ['whose first class is none', file(40, 40, 3, 1, 1, 5, 3), 'first class'],
    ['with a threshold of two devices', file(40, 4, 2, 1, 1, 5, 3), 'threshold'],
    ['of too long n-grams', file(40, 4, 3, 6, 1, 5, 3), 'order'],
    ['with a count below its threshold', file(40, 4, 3, 1, 1, 5, 2), 'count of the id 5 is 2'],
    ['with the count of an id that is no class', file(40, 4, 3, 1, 1, 3, 3), 'count of the id 3'],
    ['with an id beyond the classes', file(40, 4, 3, 1, 1, 40, 3), 'not below 40'],
    ['without any n-gram', file(40, 4, 3, 1, 0), 'no followers'],
    ['with a context that nothing follows', file(40, 4, 3, 2, 2, 1, 0, 3, 3, 0, 1, 5, 3), 'no followers'],
    ['that says more followers than ids', file(40, 4, 3, 1, 41, 5, 3), 'followers'],
    ['whose last level is empty', file(40, 4, 3, 2, 1, 5, 3, 0), 'no n-gram of 2'],
    ['with a number that is longer than it needs to be', file(40, 4, 3, 1, 1, 5, 131, 0), 'more bytes'],
    ['with a number without an end', file(40, 4, 3, 1, 1, 5, 255, 255, 255, 255, 255, 1), 'too long'],
    ['that ends early', file(40, 4, 3, 1, 2, 5, 3), 'ends early'],
    ['with bytes behind it', file(40, 4, 3, 1, 1, 5, 3, 0), 'behind'],
    ['without a count at its end', file(40, 4, 3, 1, 1, 5, 0), 'An n-gram of the longest has no count.'],
    ['with another beginning', utf8('MNGD1'), 'It is no such file.'],
    ['that ends before its version', utf8('MNGC'), 'It is no such file.'],
    ['that ends with its version', file(), 'It ends early.'],
    ['of eight megabytes of nothing', new Uint8Array(8 << 20), 'It is no such file.'],
    ['longer than eight megabytes', new Uint8Array((8 << 20) + 1), 'the most'],
  ])('MD8: %s is refused', (_, bytes, why) => {
    expect(() => decodeNgrams(bytes)).toThrow(expect.objectContaining({ code: 'model.corrupt' }));
    expect(() => decodeNgrams(bytes)).toThrow(why);
  });

  // biome-ignore format: one refusal a line
  it.each([
    ['an n-gram twice', [{ ids: [5, 6], count: 3 }, { ids: [5, 6], count: 4 }], 'The n-gram 5 6 is there twice.'],
    ['one of too many', [{ ids: [5], count: 2 ** 32 }], 'The count of the id 5 is 4294967296.'],
    ['one of no ids', [{ ids: [], count: 3 }], '0 ids'],
    ['one of six', [{ ids: [5, 5, 5, 5, 5, 5], count: 3 }], '6 ids'],
    ['a rare one', [{ ids: [5], count: 2 }], 'count'],
    ['none', [], 'no followers'],
  ])('MD8: has not %s', (_, all, why) => {
    expect(() => encodeNgrams(all, terms)).toThrow(why);
  });
});
