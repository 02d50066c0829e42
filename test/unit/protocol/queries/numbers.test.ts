import { defineQuery } from '@murmuration/protocol/queries/define-query';
import { figuresOf } from '@murmuration/protocol/queries/figures';
import { type FoundNumbers, readNumbers } from '@murmuration/protocol/queries/found-numbers';
import { encodeAnswer, queryForm } from '@murmuration/protocol/queries/vector';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import '../../../property-seed.ts';
import { codeOf } from '../../codes.ts';

const define = (definition: object = {}) =>
  defineQuery({ name: 'asked', kind: 'numbers', threshold: 3, numbers: 300, values: 40, ...definition });

function asked(answers: readonly (readonly number[])[]): FoundNumbers {
  const query = define();
  const sum = new Int32Array(queryForm(query, answers.length).elements);
  for (const answer of answers)
    for (const [i, element] of encodeAnswer(query, answer).entries()) sum[i] = sum[i]! + element;
  return figuresOf(query, sum, answers.length) as FoundNumbers;
}

describe('a query of numbers', () => {
  it('QY1: finds those that as many devices have as the threshold, however often each says them', () => {
    const answer = fc.array(fc.integer({ min: 0, max: 299 }), { maxLength: 40 });
    fc.assert(
      fc.property(fc.array(answer, { minLength: 3, maxLength: 30 }), answers => {
        const counts = new Map<number, number>();
        for (const each of answers)
          for (const number of new Set(each)) counts.set(number, (counts.get(number) ?? 0) + 1);
        const expected = [...counts].filter(([, devices]) => devices >= 3).sort(([a], [b]) => a - b);
        const figures = asked(answers);
        expect([...readNumbers(figures)]).toEqual(expected);
        expect(figures.found).toBe(expected.length);
      }),
    );
  });

  it('QY1: has no elements but a bit of each number', () => {
    expect(queryForm(define(), 280)).toEqual({ elements: 300, largest: 1, width: 9 });
  });

  // biome-ignore format: one refusal a line
  it.each([
    [true], [[-1]], [[0.5]], [['1']], [[Number.NaN]],
  ])('QY1: takes no answer %j', answer => {
    expect(() => encodeAnswer(define(), answer as never)).toThrow('The answer of the app to the query "asked" (numbers) has to be a list of whole numbers, none below 0; it was not sent. [options.invalid]');
  });

  // biome-ignore format: one refusal a line
  it.each([
    [{ numbers: 15 }], [{ numbers: 2 ** 20 + 1 }], [{ numbers: 1.5 }], [{ values: 0 }], [{ values: 65_537 }], [{ threshold: 2 }],
  ])('QY1: is not defined with %j', change => {
    expect(codeOf(() => define(change))).toBe('config.invalid');
  });

  it('reads only what a query found', () => {
    for (const [devices, why] of [
      ['AA', 'It ends early.'],
      ['gA', 'It ends early.'],
      ['*', 'They are not in base64url.'],
      ['gIA', 'It ends early.'],
      ['gAAA', 'A number has more bytes than it needs.'],
      ['AAMAAw', 'There are 2, not 5.'],
    ] as const)
      expect(() => readNumbers({ found: 5, devices })).toThrow(
        `The numbers of a query: ${why} [request.invalid]`,
      );
    // LEB128 of 127, of 125, and of 16,383 in two bytes, so that both letters of base64url occur.
    expect(readNumbers({ found: 1, devices: '_38B' })).toEqual(new Map([[16_383, 1]]));
    expect(readNumbers({ found: 1, devices: '-wED' })).toEqual(new Map([[251, 3]]));
    expect(readNumbers({ found: 0, devices: '' })).toEqual(new Map());
  });
});
