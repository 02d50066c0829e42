import { hex } from '@murmuration/protocol/encoding/bytes';
import { defineQuery, type QueryDefinition } from '@murmuration/protocol/queries/define-query';
import { type Figures, figuresOf } from '@murmuration/protocol/queries/figures';
import type { HeavyHitters, Sketch } from '@murmuration/protocol/queries/heavy-hitters';
import { offerOf } from '@murmuration/protocol/queries/offer';
import type { HeavyHittersQuery } from '@murmuration/protocol/queries/query';
import { readQuery, writeQuery } from '@murmuration/protocol/queries/query-bytes';
import { digestOf, pieces, piecesNeeded } from '@murmuration/protocol/queries/text-digest';
import { chanceOfFailure, chanceOfPieces } from '@murmuration/protocol/queries/text-odds';
import { readTable } from '@murmuration/protocol/queries/text-reader';
import { parts, placeOf, tableFor } from '@murmuration/protocol/queries/text-table';
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
  return sum.map(element => (element << (32 - width)) >> (32 - width));
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
    // A cohort of 40 has 23 bits; cells with many entries do not fit.
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
    expect(codeOf(() => asked(define({ texts: 1, buckets: 512 }), devices))).toBe('config.invalid');
  });

  it('show nothing where a device has spoilt the table, and never a text that nobody has', () => {
    const query = { ...define(), heavy: new Uint8Array(64).fill(255) };
    fc.assert(
      fc.property(fc.nat(1_000_000), fc.integer({ min: 1, max: 65_536 }), (at, by) => {
        const sum = sumOf(query, [['the'], ['the'], ['the'], ['the'], ['the']]);
        sum[at % sum.length]! += by;
        let figures: Figures | undefined;
        expect(codeOf(() => (figures = figuresOf(query, sum, 6)))).toBe('config.invalid');
        expect(figures).toBeUndefined();
      }),
    );
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
    expect(sketch.reduce((sum, each) => sum + each, 0)).toBeLessThanOrEqual(2 * 5);
    const second = { ...query, heavy: new Uint8Array(64).fill(255) };
    const table = tableFor(query);
    const said = sumOf(second, [texts]);
    let entries = 0;
    for (let cell = 0; cell < table.cells; cell++) entries += said[cell * table.width]!;
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
    // Whatever two pieces are, each value that the text may have at a place fits them, with one polynomial.
    const digest = digestOf('secret', define(), sha256);
    const p = 65_537n;
    const at = (i: number, piece: number) => BigInt(digest.piece(piece)[i]!);
    const inverse = (value: bigint) => {
      let result = 1n;
      for (let n = p - 2n, power = value; n > 0n; n >>= 1n, power = (power * power) % p)
        if (n & 1n) result = (result * power) % p;
      return result;
    };
    for (const guess of [0n, 1n, 12_345n, 65_535n]) {
      // f(1) and f(2) of guess + a x + b x².
      const first = (at(0, 0) - guess + p) % p;
      const half = ((at(0, 1) - guess + p) * inverse(2n)) % p;
      const b = (half - first + p) % p;
      const a = (first - b + p) % p;
      expect((guess + a + b) % p).toBe(at(0, 0));
      expect((guess + 2n * a + 4n * b) % p).toBe(at(0, 1));
    }
  });

  it('are read as often as computed', () => {
    const query = { ...define({ texts: 1 }), heavy: new Uint8Array(64).fill(255) };
    const table = tableFor(query);
    const hash = sha256;
    for (const devices of [3, 10]) {
      let read = 0;
      const random = seededRandom(devices);
      for (let run = 0; run < 1_000; run++) {
        const digest = digestOf('the', query, hash);
        const sum = new Int32Array(table.elements);
        for (let device = 0; device < devices; device++) {
          const piece = digest.pieceOf(random(32));
          const { cells, check } = placeOf(digest.tag, piece, table, hash);
          for (const cell of cells)
            for (const [i, value] of [1, check, ...digest.tag, ...digest.piece(piece)].entries())
              sum[cell * table.width + i]! += value;
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

/** Whether a table of so many random entries can be read: only which cells they are in counts. */
function peels(entries: number, cells: number, random: () => number): boolean {
  const counts = new Int32Array(parts * cells);
  const names = new Int32Array(parts * cells);
  const places = Array.from({ length: entries }, (_, entry) =>
    Array.from({ length: parts }, (_, part) => {
      const cell = part * cells + Math.floor(random() * cells);
      counts[cell]! += 1;
      names[cell]! ^= entry;
      return cell;
    }),
  );
  const open = [...counts.keys()].filter(cell => counts[cell] === 1);
  let left = entries;
  for (let cell = open.pop(); cell !== undefined; cell = open.pop()) {
    if (counts[cell] !== 1) continue;
    const entry = names[cell]!;
    left -= 1;
    for (const each of places[entry]!) {
      counts[each]! -= 1;
      names[each]! ^= entry;
      if (counts[each] === 1) open.push(each);
    }
  }
  return left === 0;
}

describe('a table', () => {
  it.each([
    [20, 12],
    [12, 8],
    [pieces * 30, tableFor({ texts: 30, bytes: 16 }).cells],
    [pieces * 80, tableFor({ texts: 80, bytes: 16 }).cells],
  ])('of %i entries and %i cells a part is read as often as computed', (entries, cells) => {
    const bytes = seededRandom(entries * 1_000 + cells);
    const random = () => new DataView(bytes(4).buffer).getUint32(0) / 2 ** 32;
    let failures = 0;
    for (let run = 0; run < 1_000; run++) if (!peels(entries, cells, random)) failures += 1;
    const expected = 1_000 * chanceOfFailure(entries, cells);
    expect(Math.abs(failures - expected)).toBeLessThan(4 * Math.sqrt(expected) + 1);
  });

  it('has room for four entries of each text with a chance of failure below a thousandth', () => {
    for (const texts of [1, 5, 10, 30, 100, 500, 5_000])
      expect(chanceOfFailure(pieces * texts, tableFor({ texts, bytes: 16 }).cells)).toBeLessThan(1e-3);
  });

  it('is read with all of its texts', () => {
    const query = { ...define({ texts: 60, values: 60 }), heavy: new Uint8Array(64).fill(255) };
    const random = seededRandom(1);
    const texts = Array.from({ length: 60 }, () => hex(random(7)));
    const devices = Array.from({ length: 12 }, () => texts);
    const sum = new Int32Array(tableFor(query).elements);
    for (const [device, those] of devices.entries()) {
      const answer = { texts: those, times: 1, digits: true };
      const said = encodeAnswer(query, answer, { hash: sha256, secret: secretOf(device) });
      for (const [i, element] of said.entries()) sum[i]! += element;
    }
    const { texts: read, unread, isComplete } = readTable(query, sum, 32, 12, sha256);
    expect(isComplete).toBe(true);
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
      period: 86_400_000,
      values: 100,
      bytes: 16,
      texts: 500,
      buckets: 16_384,
    });
    const second = { ...define(), heavy: new Uint8Array(64).fill(3) };
    expect(readQuery(writeQuery(second))).toEqual(second);
    expect([offerOf(query), offerOf(second)]).toEqual(['words', 'words--2']);
  });

  // biome-ignore format: one refusal a line
  it.each([
    ['an odd length', { bytes: 7 }],
    ['a name that a second round has', { name: 'words--2' }],
    ['too long a name', { name: 'w'.repeat(61) }],
    ['heavy buckets of another length', { heavy: new Uint8Array(63) }],
    ['heavy buckets that are no bytes', { heavy: 'AAAA' }],
    ['no room', { texts: 0 }],
  ])('with %s is refused', (_, definition) => {
    expect(codeOf(() => define(definition))).toBe('config.invalid');
  });
});

describe('heavy buckets', () => {
  const query = define({ values: 4, threshold: 10, buckets: 16 });
  const rowsOf = (...rows: readonly number[]) =>
    Uint8Array.of(...rows.flatMap(bits => [bits & 255, bits >> 8]));

  it('QY8: are no more than answers can make heavy, and half of a row at most', () => {
    // 20 devices with 4 texts make 8 buckets heavy at most.
    expect(isSound(query, 20)).toBe(true);
    expect(isSound({ ...query, heavy: rowsOf(0xff, 0xff00) }, 20)).toBe(true);
    expect(isSound({ ...query, heavy: rowsOf(0xff, 0xff01) }, 20)).toBe(false);
    expect(isSound({ ...query, heavy: rowsOf(0xffff, 0xffff) }, 20)).toBe(false);
    // In a larger cohort all might be.
    expect(isSound(query, 21 + 2)).toBe(false);
    expect(isSound({ ...query, heavy: rowsOf(0, 0) }, 1_000_000)).toBe(false);
  });

  it('are none that fewer devices than answered could have filled', () => {
    const sum = new Int32Array(32);
    sum[3] = 4;
    expect(codeOf(() => figuresOf(query, sum, 3))).toBe('update.impossible');
    expect(piecesNeeded).toBeLessThan(pieces);
  });
});
