import { hex } from '@murmuration/protocol/encoding/bytes';
import { defineQuery, type QueryDefinition } from '@murmuration/protocol/queries/define-query';
import { figuresOf } from '@murmuration/protocol/queries/figures';
import type { HeavyHitters, Sketch } from '@murmuration/protocol/queries/heavy-hitters';
import { offerOf } from '@murmuration/protocol/queries/offer';
import type { HeavyHittersQuery } from '@murmuration/protocol/queries/query';
import { readQuery, writeQuery } from '@murmuration/protocol/queries/query-bytes';
import { sketchShare } from '@murmuration/protocol/queries/sides';
import { bucketRows, digestOf, pieces, piecesNeeded } from '@murmuration/protocol/queries/text-digest';
import { chanceOfCircle, chanceOfHeavy, chanceOfPieces } from '@murmuration/protocol/queries/text-odds';
import { readTable } from '@murmuration/protocol/queries/text-reader';
import { cellsIn, spareFor, tableFor } from '@murmuration/protocol/queries/text-table';
import { chosenTexts, isSound } from '@murmuration/protocol/queries/texts';
import { type Answer, encodeAnswer, queryForm } from '@murmuration/protocol/queries/vector';
import { sha256 } from '@noble/hashes/sha2.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import '../../../property-seed.ts';
import { seededRandom } from '../../../seeded-random.ts';
import { codeOf } from '../../codes.ts';

const define = (definition: object = {}): HeavyHittersQuery =>
  defineQuery({
    name: 'words',
    kind: 'heavy-hitters',
    threshold: 3,
    values: 20,
    texts: 30,
    buckets: 256,
    ...definition,
  } as QueryDefinition) as HeavyHittersQuery;

const full = (buckets: number): Uint8Array => new Uint8Array((bucketRows * buckets) / 8).fill(255);

const secretOf = (device: number) => seededRandom(device)(32);

/** What devices say of texts that each has typed three times. */
function sumOf(query: HeavyHittersQuery, devices: readonly (readonly string[])[], width = 32): Int32Array {
  const sum = new Int32Array(queryForm(query, devices.length).elements);
  for (const [device, texts] of devices.entries()) {
    const answer: Answer = { texts, times: 1 };
    const said = encodeAnswer(query, answer, { hash: sha256, secret: secretOf(device) });
    for (const [i, element] of said.entries()) sum[i] = (sum[i]! + element) | 0;
  }
  // As they come out of a ring of that width.
  return width === 32 ? sum : sum.map(element => element & (2 ** width - 1));
}

function sketched(query: HeavyHittersQuery, devices: readonly (readonly string[])[]): Sketch | HeavyHitters {
  return figuresOf(query, sumOf(query, devices), devices.length) as Sketch | HeavyHitters;
}

/** Both rounds. */
function asked(query: HeavyHittersQuery, devices: readonly (readonly string[])[]): HeavyHitters {
  const first = sketched(query, devices);
  if (first.kind !== 'sketch') return first;
  const second = { ...query, heavy: new Uint8Array(Buffer.from(first.heavy, 'base64url')) };
  const { width } = queryForm(second, devices.length);
  return figuresOf(second, sumOf(second, devices, width), devices.length) as HeavyHitters;
}

describe('texts that many devices have', () => {
  it('QY1: are found, and no others, with the number of devices', () => {
    const word = fc.constantFrom(
      ...'the and you that was for are with his they omw brb naïve 你好 éa'.split(' '),
    );
    const scene = fc.array(fc.uniqueArray(word, { maxLength: 8 }), { minLength: 3, maxLength: 14 });
    let read = 0;
    fc.assert(
      fc.property(scene, devices => {
        const query = define();
        const { texts, unread } = asked(query, devices);
        const counts = new Map<string, number>();
        for (const text of devices.flat()) counts.set(text, (counts.get(text) ?? 0) + 1);
        const heavy = [...counts].filter(([, count]) => count >= 3);
        for (const { text, devices: those } of texts) expect(counts.get(text)).toBe(those);
        // What could not be read is counted, and nothing is left out silently.
        expect(texts.length + unread).toBe(heavy.length);
        expect(texts.map(each => each.devices)).toEqual(
          texts.map(each => each.devices).sort((a, b) => b - a),
        );
        read += texts.length;
      }),
    );
    expect(read).toBeGreaterThan(50);
  });

  it('are read where sums wrap in the ring of the cohort', () => {
    // A cohort of 40 has 22 bits; cells with many entries do not fit.
    const devices = Array.from({ length: 40 }, (_, i) => [
      'the',
      'and',
      'you',
      ...(i % 2 ? ['omw'] : ['brb']),
    ]);
    const { texts } = asked(define({ texts: 5 }), devices);
    expect(texts.map(({ text, devices: those }) => [text, those])).toEqual([
      ['and', 40],
      ['the', 40],
      ['you', 40],
      ['brb', 20],
      ['omw', 20],
    ]);
  });

  it('ask for no second round where there are none', () => {
    expect(sketched(define(), [['a'], ['b'], ['c']])).toMatchObject({
      kind: 'heavy-hitters',
      texts: [],
      unread: 0,
    });
  });

  it('show nothing where there are more than there is room for', () => {
    const devices = Array.from({ length: 8 }, () =>
      Array.from({ length: 20 }, (_, i) => `w${'abcdefghijklmnopqrst'[i]}`),
    );
    expect(() => asked(define({ texts: 1, buckets: 512 }), devices)).toThrow(
      'The query "words": devices have more texts in common than 1: about 20. Give the query more texts, and at least five times as many buckets. [config.invalid]',
    );
  });

  it('show never a text that nobody has, nor more devices than have it, where one of them has spoilt the table', () => {
    const query = { ...define(), heavy: full(256) };
    const devices = [...'abcdef'].map(own => ['the', 'and', own]);
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(1_000_000), fc.integer({ min: 1, max: 65_536 })), {
          minLength: 1,
          maxLength: 9,
        }),
        lies => {
          const sum = sumOf(query, devices);
          for (const [at, by] of lies) sum[at % sum.length]! += by;
          const { texts } = figuresOf(query, sum, 6) as HeavyHitters;
          for (const { text, devices: those } of texts) {
            expect(['the', 'and']).toContain(text);
            expect(those).toBeLessThanOrEqual(6);
          }
        },
      ),
    );
  });

  it('are read though one place of a cell is spoilt: in the other cell, and by other pieces', () => {
    const query = { ...define(), heavy: full(256) };
    const devices = Array.from({ length: 12 }, () => ['the']);
    const clean = sumOf(query, devices);
    const told = clean.findIndex(element => element !== 0);
    const spoilt = clean.slice();
    spoilt[told]! += 5;
    const { texts } = figuresOf(query, spoilt, 12) as HeavyHitters;
    expect(texts).toMatchObject([{ text: 'the', devices: 12 }]);
    expect(texts).toEqual((figuresOf(query, clean, 12) as HeavyHitters).texts);
  });
});

describe('what could not be read', () => {
  it('is counted from the threshold on', () => {
    const query = { ...define(), heavy: full(256) };
    // Two devices say something in a cell that is no text, and then three do.
    const unreadOf = (those: number) => {
      const sum = new Int32Array(queryForm(query, 6).elements);
      sum[0] = those;
      sum[1] = 1;
      return figuresOf(query, sum, 6) as HeavyHitters;
    };
    expect(unreadOf(2)).toMatchObject({ texts: [], unread: 0 });
    expect(unreadOf(3)).toMatchObject({ texts: [], unread: 1 });
  });
});

describe('what a device says of texts', () => {
  it('is of those alone that it has typed three times, that are short, and without digits', () => {
    const query = define({ bytes: 8 });
    const often = (text: string, times: number) => Array<string>(times).fill(text);
    const texts = [
      ...often('twice', 2),
      ...often('thrice', 3),
      ...often('pin1234', 9),
      ...often('٣٤٥', 9),
      ...often('far too long', 9),
      ...often('ééééé', 9),
      ...often('', 9),
      ...often('a\0b', 9),
      ...often('\ud800', 9),
      ...often('four', 4),
    ];
    expect(chosenTexts(query, { texts })).toEqual(['four', 'thrice']);
    expect(chosenTexts(query, { texts, times: 1 })).toEqual(['four', 'thrice', 'twice']);
    expect(chosenTexts(query, { texts, digits: true })).toEqual(['pin1234', '٣٤٥', 'four', 'thrice']);
    expect(chosenTexts(define({ values: 1 }), { texts, times: 4 })).toEqual(['far too long']);
  });

  it('is bounded: one of each bucket, no more entries than values', () => {
    const query = define({ values: 5 });
    const texts = Array.from({ length: 40 }, (_, i) => `word${String.fromCharCode(97 + (i % 26))}${i < 26}`);
    const sketch = sumOf(query, [texts]);
    expect(Math.max(...sketch)).toBe(1);
    expect(sketch.reduce((sum, each) => sum + each, 0)).toBeLessThanOrEqual(bucketRows * 5);
    const second = { ...query, heavy: full(256) };
    const table = tableFor(second);
    const said = sumOf(second, [texts]);
    let entries = 0;
    for (let place = 0; place < pieces * table.own; place++) entries += said[place * table.width]!;
    expect(entries).toBe(5);
  });

  // biome-ignore format: one refusal a line
  it.each([[1], ['the'], [['the', 1]], [{ texts: 'the' }], [{ texts: ['the'], times: 0 }], [{ texts: ['the'], digits: 1 }]])('%j is refused', answer => {
    expect(codeOf(() => encodeAnswer(define(), answer as Answer, { hash: sha256, secret: secretOf(1) }))).toBe('options.invalid');
  });

  it('has of a text the same piece whenever it is asked, and other devices have others', () => {
    const query = define();
    const digest = digestOf('the', query, sha256);
    const said = Array.from({ length: 40 }, (_, device) => digest.pieceOf(secretOf(device)));
    expect(said).toEqual(
      Array.from({ length: 40 }, (_, device) => digestOf('the', query, sha256).pieceOf(secretOf(device))),
    );
    expect(new Set(said)).toEqual(new Set([0, 1, 2, 3]));
  });
});

describe('the pieces of a text', () => {
  it('QY9: tell nothing of it as long as they are fewer than three', () => {
    const p = 65_537;
    // By one piece, by two on a line to 0, and by all three: whether values are those of the text, and where they lie.
    const hits = [0, 0, 0];
    const places = Array.from({ length: 3 }, () => new Array<number>(16).fill(0));
    let values = 0;
    for (let n = 0; n < 400; n++) {
      const text = `t${n}`;
      const written = new Uint8Array(16);
      written.set(new TextEncoder().encode(text));
      const digest = digestOf(text, define(), sha256);
      const [first, second, third] = [0, 1, 2].map(piece => digest.piece(piece)) as [
        number[],
        number[],
        number[],
      ];
      for (let i = 0; i < 8; i++) {
        const own = written[2 * i]! | (written[2 * i + 1]! << 8);
        const [a, b, c] = [first[i]!, second[i]!, third[i]!];
        const guesses = [a, (2 * a - b + p) % p, (3 * a - 3 * b + c + 3 * p) % p];
        for (const [at, guess] of guesses.entries()) {
          if (guess === own) hits[at]! += 1;
        }
        for (const [at, value] of [a, b, c].entries()) places[at]![Math.floor((16 * value) / p)]! += 1;
        values += 1;
      }
    }
    expect(hits[2]).toBe(values);
    // Each of 3,200 values is hit by chance once in 65,537 times.
    expect(hits[0]).toBeLessThan(3);
    expect(hits[1]).toBeLessThan(3);
    for (const counts of places) {
      const expected = values / 16;
      const chiSquared = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
      // Exceeded once in 10⁴ times, with 15 degrees of freedom.
      expect(chiSquared).toBeLessThan(44.3);
    }
  });

  it('are the values of one polynomial a text, whose coefficients its hash gives', () => {
    // By big integers, over more values than one block of the hash has.
    const query = { name: 'words', buckets: 256, bytes: 32 };
    const text = 'a text of thirty-two bytes, whole';
    const digest = sha256(
      new TextEncoder().encode(`murmuration heavy hitters 1\nwords\n${text.slice(0, 32)}`),
    );
    const blocks = Array.from({ length: 4 }, (_, block) => [
      ...sha256(Uint8Array.of(...digest, block)),
    ]).flat();
    const coefficient = (n: number) =>
      BigInt(new DataView(Uint8Array.from(blocks).buffer).getUint32(4 * n, true)) % 65_537n;
    const written = new TextEncoder().encode(text.slice(0, 32));
    for (const piece of [0, 3]) {
      const at = BigInt(piece + 1);
      expect(digestOf(text.slice(0, 32), query, sha256).piece(piece)).toEqual(
        Array.from({ length: 16 }, (_, i) => {
          const secret = BigInt(written[2 * i]! | (written[2 * i + 1]! << 8));
          return Number((secret + coefficient(2 * i) * at + coefficient(2 * i + 1) * at * at) % 65_537n);
        }),
      );
    }
  });

  it('are read as often as computed', () => {
    const query = { ...define({ texts: 1 }), heavy: full(256) };
    const table = tableFor(query);
    const cellsOf = cellsIn(query, table);
    const hash = sha256;
    for (const devices of [3, 10]) {
      let read = 0;
      const random = seededRandom(devices);
      for (let run = 0; run < 1_000; run++) {
        const digest = digestOf('the', query, hash);
        const sum = new Int32Array(table.elements);
        for (let device = 0; device < devices; device++) {
          const piece = digest.pieceOf(random(32));
          for (const cell of cellsOf(digest.buckets)!)
            for (const [i, value] of [1, ...digest.piece(piece)].entries())
              sum[(cell * pieces + piece) * table.width + i]! += value;
        }
        read += readTable(query, sum, 32, devices, hash).texts.length;
      }
      const chance = chanceOfPieces(devices);
      const deviation = Math.sqrt(1_000 * chance * (1 - chance));
      expect(Math.abs(read - 1_000 * chance)).toBeLessThan(4 * deviation + 1);
    }
    expect(chanceOfPieces(2)).toBe(0);
    // 1 − (6 (2^10 − 2) + 4) / 4^10
    expect(chanceOfPieces(10)).toBeCloseTo(1 - 6_136 / 4 ** 10, 12);
  });
});

/** How many of so many texts, each in a bucket and a spare cell at random, are alone in neither once all others that are have been taken out. */
function stuck(texts: number, buckets: number, spare: number, random: () => number): number {
  const places = Array.from({ length: texts }, () => [
    Math.floor(random() * buckets),
    buckets + Math.floor(random() * spare),
  ]);
  const counts = new Int32Array(buckets + spare);
  for (const place of places.flat()) counts[place]! += 1;
  let left = places;
  for (;;) {
    const isAlone = ([own, other]: readonly number[]) => counts[own!] === 1 || counts[other!] === 1;
    const taken = left.filter(isAlone);
    if (taken.length === 0) return left.length;
    left = left.filter(each => !isAlone(each));
    for (const place of taken.flat()) counts[place]! -= 1;
  }
}

describe('the chance that a text is heavy', () => {
  it('is the upper tail of a Poisson distribution', () => {
    // The side of counts has a share of all devices, so the other side has this mean beside 6 of them.
    const mean = (6 * sketchShare) / (1 - sketchShare);
    const factorial = (n: number): number => (n < 2 ? 1 : n * factorial(n - 1));
    for (const heavyFrom of [1, 2, 5, 9]) {
      let upper = 0;
      for (let many = heavyFrom; many < 60; many++)
        upper += (mean ** many * Math.exp(-mean)) / factorial(many);
      expect(chanceOfHeavy(6, heavyFrom)).toBeCloseTo(upper, 12);
    }
    expect(chanceOfHeavy(6, 0)).toBe(1);
  });
});

describe('a table', () => {
  it.each([
    [30, 256, spareFor(30, undefined)],
    [20, 64, 12],
    [60, 512, spareFor(60, undefined)],
  ])(
    'of %i texts, %i buckets and %i spare cells leaves as many in circles as computed',
    (texts, buckets, spare) => {
      const bytes = seededRandom(texts * 1_000 + spare);
      const random = () => new DataView(bytes(4).buffer).getUint32(0) / 2 ** 32;
      const runs = 2_000;
      let left = 0;
      for (let run = 0; run < runs; run++) left += stuck(texts, buckets, spare, random);
      const expected = runs * texts * chanceOfCircle(texts, buckets, spare);
      // Two or more are left at once; texts between circles are left as well, and circles share texts.
      expect(Math.abs(left - expected)).toBeLessThan(4 * Math.sqrt(4 * expected) + 0.1 * expected);
    },
  );

  it('leaves less than one in a thousand of the texts for which the default has room', () => {
    expect(chanceOfCircle(500, 16_384, spareFor(500, 6))).toBeLessThan(1e-3);
    expect(chanceOfCircle(1, 16, spareFor(1, 6))).toBe(0);
  });

  it('is read with all of its texts', () => {
    const query = { ...define({ texts: 60, values: 60, buckets: 512 }), heavy: full(512) };
    const random = seededRandom(1);
    const texts = Array.from({ length: 60 }, () => hex(random(7)));
    const sum = new Int32Array(tableFor(query).elements);
    for (let device = 0; device < 12; device++) {
      const answer = { texts, times: 1, digits: true };
      const said = encodeAnswer(query, answer, { hash: sha256, secret: secretOf(device) });
      for (const [i, element] of said.entries()) sum[i]! += element;
    }
    const { texts: read, unread } = readTable(query, sum, 32, 12, sha256);
    expect(read.length + unread.length).toBe(60);
    expect(read.length).toBeGreaterThan(55);
    expect(read.every(({ text, devices: those }) => texts.includes(text) && those === 12)).toBe(true);
  });
});

describe('a definition', () => {
  it('gets its defaults, and travels as it is, with its heavy buckets', () => {
    const query = defineQuery({ name: 'words', kind: 'heavy-hitters' });
    expect(query).toEqual({
      name: 'words',
      kind: 'heavy-hitters',
      threshold: 10,
      heavyFrom: 6,
      period: 86_400_000,
      values: 100,
      bytes: 16,
      texts: 500,
      buckets: 16_384,
    });
    const second = { ...define(), heavy: new Uint8Array(96).fill(3) };
    expect(readQuery(writeQuery(second))).toEqual(second);
    expect([offerOf(query), offerOf(second)]).toEqual(['words', 'words--2']);
  });

  // biome-ignore format: one refusal a line
  it.each([
    ['an odd length', { bytes: 7 }],
    ['a name that a second round has', { name: 'words--2' }],
    ['too long a name', { name: 'w'.repeat(61) }],
    ['heavy buckets of another length', { heavy: new Uint8Array(95) }],
    ['heavy buckets that are no bytes', { heavy: 'AAAA' }],
    ['no room', { texts: 0 }],
  ])('with %s is refused', (_, definition) => {
    expect(codeOf(() => define(definition))).toBe('config.invalid');
  });
});

describe('heavy buckets', () => {
  const query = define({ values: 4, threshold: 10, heavyFrom: 10, buckets: 64, texts: 12 });
  const rowsOf = (...counts: readonly number[]) =>
    Uint8Array.of(
      ...counts.flatMap(count => [...new Uint8Array(new BigUint64Array([2n ** BigInt(count) - 1n]).buffer)]),
    );

  it('QY8: are no more than there is room for, and than answers can make heavy', () => {
    // 20 devices with 4 texts make 8 buckets heavy at most.
    expect(isSound(query, 20)).toBe(true);
    expect(isSound({ ...query, heavy: rowsOf(8, 8, 8) }, 20)).toBe(true);
    expect(isSound({ ...query, heavy: rowsOf(8, 8, 9) }, 20)).toBe(false);
    // And 11 where 7 devices make one heavy.
    expect(isSound({ ...query, heavyFrom: 7, heavy: rowsOf(8, 11, 9) }, 20)).toBe(true);
    expect(isSound({ ...query, heavyFrom: 7, heavy: rowsOf(8, 12, 9) }, 20)).toBe(false);
    // In a larger cohort there is room for 12.
    expect(isSound({ ...query, heavy: rowsOf(12, 0, 12) }, 1_000_000)).toBe(true);
    expect(isSound({ ...query, heavy: rowsOf(12, 13, 12) }, 1_000_000)).toBe(false);
  });

  it('QY8: are a fifth of a row at most', () => {
    expect(isSound({ ...query, buckets: 60 }, 20)).toBe(true);
    expect(isSound({ ...query, buckets: 59 }, 20)).toBe(false);
  });

  it('are none that fewer devices than answered could have filled', () => {
    const sum = new Int32Array(bucketRows * 64);
    sum[3] = 4;
    expect(codeOf(() => figuresOf(query, sum, 3))).toBe('update.impossible');
    expect(piecesNeeded).toBeLessThan(pieces);
  });
});
