import { hex } from '@murmuration/protocol/encoding/bytes';
import { defineQuery } from '@murmuration/protocol/queries/define-query';
import { type Figures, figuresOf } from '@murmuration/protocol/queries/figures';
import { distinctOf } from '@murmuration/protocol/queries/linear-counting';
import type { DistinctQuery } from '@murmuration/protocol/queries/query';
import { textHash } from '@murmuration/protocol/queries/text-hash';
import { encodeAnswer, queryForm } from '@murmuration/protocol/queries/vector';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import '../../../property-seed.ts';
import { seededRandom } from '../../../seeded-random.ts';
import { codeOf } from '../../codes.ts';

const define = (definition: object = {}): DistinctQuery =>
  defineQuery({
    name: 'words',
    kind: 'distinct',
    values: 50,
    buckets: 64,
    ...definition,
  } as never) as DistinctQuery;

/** The sum of what devices say. */
function sumOf(query: DistinctQuery, answers: readonly (readonly string[])[]): Int32Array {
  const sum = new Int32Array(queryForm(query, answers.length).elements);
  for (const answer of answers)
    for (const [i, element] of encodeAnswer(query, answer).entries()) sum[i] = sum[i]! + element;
  return sum;
}

describe('the hash of a text', () => {
  it('is MurmurHash3', () => {
    // Appleby's MurmurHash3_x86_32, as its article in Wikipedia lists it.
    const published: readonly (readonly [string, number, number])[] = [
      ['', 0, 0],
      ['', 1, 0x514e28b7],
      ['', 0xffffffff, 0x81f16f39],
      ['test', 0, 0xba6bd213],
      ['test', 0x9747b28c, 0x704b81dc],
      ['Hello, world!', 0, 0xc0363e43],
      ['Hello, world!', 0x9747b28c, 0x24884cba],
      ['The quick brown fox jumps over the lazy dog', 0, 0x2e4ff723],
      ['The quick brown fox jumps over the lazy dog', 0x9747b28c, 0x2fa826cd],
    ];
    for (const [text, seed, hash] of published) expect(textHash(text, seed)).toBe(hash);
  });
});

describe('a count of different values', () => {
  it('QY1: does not depend on how many devices have a value, or how often', () => {
    const text = fc.string({ minLength: 1, maxLength: 8, unit: 'grapheme' });
    fc.assert(
      fc.property(fc.array(fc.array(text, { maxLength: 12 }), { minLength: 3, maxLength: 12 }), answers => {
        const query = define({ buckets: 4_096 });
        const sum = sumOf(query, answers);
        const repeated = sumOf(query, [
          ...answers,
          answers.flat().slice(0, 40),
          [...answers[0]!, ...answers[0]!],
        ]);
        expect(distinctOf(query, sum)).toEqual(distinctOf(query, repeated));
        // No device says more of one bucket than another.
        expect(Math.max(0, ...sum)).toBeLessThanOrEqual(answers.length);
        const plain = new Set(answers.flat()).size;
        const { distinct, error } = distinctOf(query, sum);
        expect(distinct.low).toBeLessThanOrEqual(distinct.value);
        expect(distinct.high).toBeGreaterThanOrEqual(distinct.value);
        // Some may share a bucket; nothing else is in doubt with so many buckets.
        expect(distinct.low).toBeLessThanOrEqual(plain);
        expect(error < 4).toBe(true);
        if (plain === 0) expect(distinct).toEqual({ value: 0, low: 0, high: 0 });
      }),
    );
  });

  it('has the error of Whang, and holds the truth as often as it says', () => {
    const runs = 400;
    const values = 3_000;
    const buckets = 1_024;
    const found: number[] = [];
    let hits = 0;
    for (let run = 0; run < runs; run++) {
      const query = define({ buckets, values: 1_000, name: `run-${run}` });
      const random = seededRandom(run);
      const all = Array.from({ length: values }, () => hex(random(8)));
      const answers = [0, 1, 2].map(part => all.slice(part * 1_000, (part + 1) * 1_000));
      const { distinct, error } = distinctOf(query, sumOf(query, answers));
      found.push(distinct.value);
      if (distinct.low <= values && distinct.high >= values) hits += 1;
      // √(m (e^t − t − 1)), t = 2.93.
      expect(error).toBeGreaterThan(90);
      expect(error).toBeLessThan(180);
    }
    const mean = found.reduce((sum, value) => sum + value, 0) / runs;
    const deviation = Math.sqrt(found.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (runs - 1));
    const t = values / buckets;
    const expected = Math.sqrt(buckets * (Math.exp(t) - t - 1));
    // Whang's bias.
    const bias = (Math.exp(t) - t - 1) / 2;
    expect(Math.abs(mean - values - bias)).toBeLessThan((4 * expected) / Math.sqrt(runs));
    expect(deviation / expected).toBeGreaterThan(0.85);
    expect(deviation / expected).toBeLessThan(1.15);
    expect(hits / runs).toBeGreaterThan(0.92);
  });

  it('is not guessed where no bucket is empty', () => {
    const query = define({ buckets: 16 });
    const full = new Int32Array(16).fill(1);
    expect(() => figuresOf(query, full, 3)).toThrow(
      'The query "words": all of its 16 buckets are full, so that there are more values than it can count; give it more buckets. [config.invalid]',
    );
    full[7] = 0;
    const { distinct } = figuresOf(query, full, 3) as Extract<Figures, { kind: 'distinct' }>;
    expect(distinct.value).toBeCloseTo(16 * Math.log(16), 9);
    // Fifteen buckets are full, each of a value of its own.
    expect(distinct.low).toBeGreaterThanOrEqual(15);
  });

  // biome-ignore format: one refusal a line
  it.each([
    ['more devices in a bucket than answered', Int32Array.of(4, ...Array(15).fill(0))],
    ['more buckets than devices have values', Int32Array.of(3, 3, 1, ...Array(13).fill(0))],
  ])('of %s is refused', (_, sum) => {
    expect(() => figuresOf(define({ buckets: 16, values: 2 }), sum, 3)).toThrow('No answers of 3 devices to the query "words" have this sum. [update.impossible]');
  });

  it('takes no more values of a device than it says, and quotes none', () => {
    const query = define({ values: 2 });
    expect(encodeAnswer(query, ['a', 'b', 'a']).reduce((sum, each) => sum + each, 0)).toBeLessThanOrEqual(2);
    expect(encodeAnswer(query, ['a', 'b', 'a', 'c'])).toEqual(encodeAnswer(query, ['a', 'b']));
    expect(() => encodeAnswer(query, [1, 2])).toThrow(
      'The answer of the app to the query "words" (distinct) has to be a list of texts; it was not sent. [options.invalid]',
    );
    expect(codeOf(() => encodeAnswer(query, 'a' as never))).toBe('options.invalid');
    const mixed = () => encodeAnswer(query, ['secret', 1] as never);
    expect(mixed).toThrow('a list of texts');
    expect(mixed).not.toThrow('secret');
  });

  // biome-ignore format: one refusal a line
  it.each([
    ['too few buckets', { buckets: 8 }],
    ['buckets that are no number', { buckets: '64' }],
    ['too many buckets', { buckets: 65_537 }],
    ['no values', { values: 0 }],
  ])('with %s is refused', (_, definition) => {
    expect(codeOf(() => define(definition))).toBe('config.invalid');
  });
});
