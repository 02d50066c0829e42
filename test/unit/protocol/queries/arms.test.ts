import type { ModelHash } from '@murmuration/protocol/ids/ids';
import { defineQuery, type QueryDefinition } from '@murmuration/protocol/queries/define-query';
import { type Figures, figuresOf } from '@murmuration/protocol/queries/figures';
import type { ArmQuery } from '@murmuration/protocol/queries/query';
import { readQuery, writeQuery } from '@murmuration/protocol/queries/query-bytes';
import { problemOfQuery } from '@murmuration/protocol/queries/query-form';
import { encodeAnswer, queryForm } from '@murmuration/protocol/queries/vector';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import '../../../property-seed.ts';
import { MurmurationError } from '@murmuration/protocol/errors/errors';

const codeOf = (act: () => unknown): string => {
  try {
    act();
    return 'none';
  } catch (error) {
    return error instanceof MurmurationError ? error.code : String(error);
  }
};

const version = 'a'.repeat(64) as ModelHash;
const arm = { experiment: '0123456789abcdef', version, since: 5 };
const query = {
  ...defineQuery({ name: 'live', kind: 'arm', outcomes: ['accepted', 'ignored'], threshold: 3 }),
  arm,
} as ArmQuery;

type ArmFigures = Extract<Figures, { kind: 'arm' }>;

function asked(answers: readonly Record<string, number>[]): ArmFigures {
  const sum = new Int32Array(queryForm(query, answers.length).elements);
  for (const answer of answers)
    for (const [at, element] of encodeAnswer(query, { [version]: answer }).entries())
      sum[at] = sum[at]! + element;
  return figuresOf(query, sum, answers.length) as ArmFigures;
}

const told = fc
  .record({ accepted: fc.integer({ min: 0, max: 50 }), ignored: fc.integer({ min: 0, max: 50 }) })
  .filter(({ accepted, ignored }) => accepted + ignored > 0);

describe('what devices of an arm say', () => {
  it('QY1: is counts, shares of each device, and their squares', () => {
    expect([...encodeAnswer(query, { [version]: { accepted: 1, ignored: 3 } })]).toEqual([
      1, 3, 250, 750, 63, 563,
    ]);
    expect(queryForm(query, 60)).toMatchObject({ elements: 6, largest: 1_000 });
  });

  it('QY1: counts each device once, however many predictions it made', () => {
    fc.assert(
      fc.property(fc.array(told, { minLength: 3, maxLength: 40 }), all => {
        const found = asked(all);
        const rates = all.map(({ accepted, ignored }) => accepted / (accepted + ignored));
        const mean = rates.reduce((sum, rate) => sum + rate, 0) / all.length;
        const [accepted] = found.outcomes;
        expect(found).toMatchObject({
          kind: 'arm',
          experiment: arm.experiment,
          version,
          devices: all.length,
        });
        expect(accepted!.count).toBe(all.reduce((sum, each) => sum + each.accepted, 0));
        expect(Math.abs(accepted!.rate.value - mean)).toBeLessThanOrEqual(0.0005 + 1e-12);
        // Squares are rounded up: no variance between devices comes out smaller than that of the shares which were said.
        const said = rates.map(rate => Math.round(1_000 * rate) / 1_000);
        const squares = said.reduce((sum, rate) => sum + rate ** 2, 0);
        expect(accepted!.squares).toBeGreaterThanOrEqual(squares - 1e-9);
        expect(accepted!.squares).toBeLessThanOrEqual(squares + all.length / 1_000);
      }),
    );
  });

  it('has the interval of Student for the shares of all devices', () => {
    // Shares 0, 0.25 and 1: mean 5/12, variance 13/48, and t of two degrees of freedom 4.3026527.
    const { rate } = asked([
      { accepted: 0, ignored: 4 },
      { accepted: 1, ignored: 3 },
      { accepted: 4, ignored: 0 },
    ]).outcomes[0]!;
    expect(rate.value).toBeCloseTo(5 / 12, 3);
    expect(rate.low).toBe(0);
    expect(rate.high).toBe(1);
    const many = asked(
      Array.from(
        { length: 36 },
        (_, at) =>
          [
            { accepted: 0, ignored: 4 },
            { accepted: 1, ignored: 3 },
            { accepted: 4, ignored: 0 },
          ][at % 3]!,
      ),
    ).outcomes[0]!.rate;
    // Variance 12 × 13/24 / 35, t of 35 degrees 2.0301079.
    const half = (2.0301079 * Math.sqrt((12 * (13 / 24)) / 35)) / 6;
    expect(many.low).toBeCloseTo(5 / 12 - half, 3);
    expect(many.high).toBeCloseTo(5 / 12 + half, 3);
  });

  it('is of no use for an interval where it is one device', () => {
    const { rate } = asked([{ accepted: 1, ignored: 1 }]).outcomes[0]!;
    expect(rate).toEqual({ value: 0.5, low: 0, high: 1 });
  });

  it('does not take predictions of one device for independent ones', () => {
    // Ten devices, each of which takes all of a hundred predictions or none.
    const all = Array.from({ length: 10 }, (_, at) => ({
      accepted: at % 2 ? 100 : 0,
      ignored: at % 2 ? 0 : 100,
    }));
    const { rate } = asked(all).outcomes[0]!;
    expect(rate.value).toBe(0.5);
    // Student's interval of ten values; a thousand independent ones would have 0.06.
    expect(rate.high - rate.low).toBeGreaterThan(0.7);
  });

  it('whose sum no answers could have led to shows nothing', () => {
    const sums = (...elements: number[]) => codeOf(() => figuresOf(query, Int32Array.from(elements), 3));
    // Three devices with 1 of 2, 1 of 1 and 0 of 2.
    const honest = [2, 3, 1_500, 1_500, 1_250, 1_250];
    expect(sums(...honest)).toBe('none');
    for (const [at, wrong] of [400, 1_000, 2_999, 10, 700, 1_600].entries())
      expect(sums(...honest.with(at, wrong)), `${at}`).toBe('update.impossible');
    // No more shares than all of each device, each rounded up by half a step.
    expect(sums(2, 3, 1_502, 1_501, 1_250, 1_250)).toBe('none');
    expect(sums(2, 3, 1_502, 1_502, 1_250, 1_250)).toBe('update.impossible');
    expect(sums(0, 5, 0, 3_000, 0, 3_000)).toBe('none');
    // Shares of an outcome that nobody counted.
    expect(sums(0, 5, 1_500, 1_500, 1_250, 1_250)).toBe('update.impossible');
    const { arm: _, ...none } = query;
    expect(codeOf(() => figuresOf(none, Int32Array.from(honest), 3))).toBe('update.impossible');
  });

  it('QY1: has a device in it that was told of none of the outcomes it asks for, and of more than it takes', () => {
    const said = (counts: object) => [...encodeAnswer(query, { [version]: counts } as never)];
    expect(said({ accepted: 0 })).toEqual([0, 0, 0, 0, 0, 0]);
    expect(said({ accepted: 150, ignored: 50 })).toEqual(said({ accepted: 75, ignored: 25 }));
    const sum = [said({}), said({ accepted: 4 }), said({ ignored: 2 })].reduce((all, each) =>
      all.map((element, i) => element + each[i]!),
    );
    const figures = figuresOf(query, Int32Array.from(sum), 3);
    expect(figures).toMatchObject({
      predictions: 6,
      outcomes: [{ rate: { value: 1 / 3 } }, { rate: { value: 1 / 3 } }],
    });
  });

  it.each([
    ['nothing', {}],
    ['nothing of the version', { ['b'.repeat(64)]: { accepted: 1 } }],
    ['half a prediction', { [version]: { accepted: 0.5 } }],
  ])('QY2: has no place for %s', (_, answer) => {
    expect(codeOf(() => encodeAnswer(query, answer as never))).toBe('options.invalid');
  });

  it('is read as it was written, and refused in another form', () => {
    expect(readQuery(writeQuery(query))).toEqual(query);
    for (const wrong of [
      { ...arm, experiment: 'x' },
      { ...arm, version: 'v1' },
      { ...arm, since: -1 },
      { ...arm, device: 'one' },
      null,
    ])
      expect(problemOfQuery({ ...query, arm: wrong })).toContain('arm has to be');
    expect(() => defineQuery({ name: 'a', kind: 'arm', outcomes: [] } as QueryDefinition)).toThrow(
      'outcomes',
    );
  });
});
