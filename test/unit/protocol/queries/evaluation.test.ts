import type { ModelHash } from '@murmuration/protocol/ids/ids';
import { defineQuery, type QueryDefinition } from '@murmuration/protocol/queries/define-query';
import type { OwnEvaluation } from '@murmuration/protocol/queries/evaluation';
import { figuresOf } from '@murmuration/protocol/queries/figures';
import { longestAnswer } from '@murmuration/protocol/queries/longest-answer';
import type { EvaluationQuery } from '@murmuration/protocol/queries/query';
import { readQuery, writeQuery } from '@murmuration/protocol/queries/query-bytes';
import { encodeAnswer, queryForm } from '@murmuration/protocol/queries/vector';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import '../../../property-seed.ts';

const [first, second] = ['a'.repeat(64), 'b'.repeat(64)] as [ModelHash, ModelHash];
const define = (definition: object = {}, versions = [first]): EvaluationQuery =>
  ({
    ...defineQuery({
      name: 'evaluation',
      kind: 'evaluation',
      threshold: 3,
      ...definition,
    } as QueryDefinition),
    versions,
  }) as EvaluationQuery;

const top1 = [{ metric: 'top1', least: 0, most: 1, better: 'higher' }];
const said = (examples: number, value: number, versions = [first]) => ({
  examples,
  versions: Object.fromEntries(versions.map(version => [version, { top1: value }])),
});

function figuresFor(query: EvaluationQuery, answers: readonly OwnEvaluation[]) {
  const sum = new Int32Array(queryForm(query, answers.length).elements);
  for (const answer of answers)
    encodeAnswer(query, answer).forEach((element, i) => {
      sum[i]! += element;
    });
  const found = figuresOf(query, sum, answers.length);
  if (found.kind !== 'evaluation') throw new Error(found.kind);
  return found;
}

describe('an evaluation on devices', () => {
  it('asks for the metrics that the SDK measures, unless it says others', () => {
    const query = define();
    expect(query.metrics.map(({ metric }) => metric)).toEqual(['loss', 'top1', 'top3']);
    expect([query.examples, query.levels, query.slices]).toEqual([200, 1_000, []]);
    expect(readQuery(writeQuery(query))).toEqual(query);
  });

  // biome-ignore format: one refusal a line
  it.each([
    ['without metrics', { metrics: [] }, 'a list of 1 to 8 metrics'],
    ['of a metric without bounds', { metrics: [{ metric: 'loss', least: 0, most: Number.POSITIVE_INFINITY, better: 'lower' }] }, 'most has to be'],
    ['whose bounds are the wrong way round', { metrics: [{ metric: 'loss', least: 1, most: 0, better: 'lower' }] }, 'least has to be below most'],
    ['of which nobody knows what is better', { metrics: [{ metric: 'loss', least: 0, most: 1 }] }, 'higher or lower'],
    ['of one metric twice', { metrics: [...top1, ...top1] }, 'two of one name'],
    ['of five versions', { versions: ['a', 'b', 'c', 'd', 'e'].map(digit => digit.repeat(64)) }, 'at most 4 hashes'],
    ['of no examples', { examples: 0 }, 'examples has to be'],
    ['of a slice twice', { slices: ['short', 'short'] }, 'no two alike'],
  ])('%s is refused', (_, definition, why) => {
    expect(() => defineQuery({ name: 'evaluation', kind: 'evaluation', ...definition } as QueryDefinition)).toThrow(why);
  });

  it('QY13: counts each device once, however many examples it has', () => {
    const query = define({ metrics: top1 });
    const { versions } = figuresFor(query, [
      { all: said(200, 1) },
      { all: said(1, 0) },
      { all: said(1, 0) },
      { all: said(1, 0) },
    ]);
    expect(versions).toMatchObject([{ version: first, parts: [{ slice: null, devices: 4, examples: 203 }] }]);
    const { mean, deviation } = versions[0]!.parts[0]!.metrics[0]!;
    expect(mean.value).toBe(0.25);
    expect(deviation).toBeCloseTo(0.5, 9);
  });

  it('QY13: is at most a share of the range off by an app that lies, which can say nothing beyond', () => {
    const query = define({ metrics: [{ metric: 'loss', least: 2, most: 6, better: 'lower' }] });
    const loss = (value: number): OwnEvaluation => ({
      all: { examples: 3, versions: { [first]: { loss: value } } },
    });
    const meanOf = (answers: readonly OwnEvaluation[]) =>
      figuresFor(query, answers).versions[0]!.parts[0]!.metrics[0]!.mean.value;
    const honest = Array.from({ length: 19 }, (_, i) => loss(3 + (i % 5) / 4));
    const [least, most] = [meanOf([...honest, loss(2)]), meanOf([...honest, loss(6)])];
    expect(most - least).toBeCloseTo(4 / 20, 9);
    const encoded = (value: number) => encodeAnswer(query, loss(value));
    for (const lie of [1.9, -1e9, Number.NEGATIVE_INFINITY]) expect(encoded(lie)).toEqual(encoded(2));
    // No number is as bad as can be.
    for (const lie of [6.1, Number.POSITIVE_INFINITY, Number.NaN]) expect(encoded(lie)).toEqual(encoded(6));
    const top = define({ metrics: top1 });
    expect(encodeAnswer(top, { all: said(1, Number.NaN) })).toEqual(encodeAnswer(top, { all: said(1, 0) }));
  });

  it('QY2: counts no more examples than it takes', () => {
    const query = define({ metrics: top1 });
    expect(encodeAnswer(query, { all: said(201, 0.5) })).toEqual(
      encodeAnswer(query, { all: said(200, 0.5) }),
    );
  });

  it.each([
    ['no examples', { all: said(0, 0.5) }, 'about 1 example or more'],
    ['nothing of a version', { all: said(5, 0.5, []) }, 'for each version a number for top1'],
    [
      'nothing of a metric',
      { all: { examples: 1, versions: { [first]: {} } } },
      'for each version a number for top1',
    ],
    [
      'half an example in a slice',
      { all: said(5, 0.5), slices: { short: said(0.5, 0.5) } },
      'about 1 example or more',
    ],
  ])('is refused where it says %s', (_, answer, wanted) => {
    const query = define({ metrics: top1, slices: ['short'] });
    expect(() => encodeAnswer(query, answer)).toThrow(
      `The answer of the app to the query "evaluation" (evaluation) has to be ${wanted}; it was not sent. [options.invalid]`,
    );
  });

  it('QY13: shows nothing of a slice that fewer devices have than the threshold', () => {
    const query = define({ metrics: top1, slices: ['short', 'long'] });
    const answers = Array.from({ length: 5 }, (_, i) => ({
      all: said(10, 0.5),
      slices: {
        ...(i < 3 && { short: said(4, 0.25) }),
        ...(i < 2 && { long: said(6, 1) }),
        other: said(1, 0),
      },
    }));
    const parts = figuresFor(query, answers).versions[0]!.parts;
    expect(parts).toMatchObject([
      { slice: null, devices: 5, examples: 50, metrics: [{ mean: { value: 0.5 } }] },
      { slice: 'short', devices: 3, examples: 12, metrics: [{ mean: { value: 0.25 } }] },
      { slice: 'long', devices: 2, metrics: [] },
    ]);
  });

  it('QY6: that no devices can have said is impossible', () => {
    const query = define({ metrics: top1 });
    const sum = (elements: readonly number[]) => () => figuresOf(query, Int32Array.from(elements), 4);
    expect(sum([4_000, 100, 2_000, 1_000])).not.toThrow();
    for (const wrong of [
      [4_001, 100, 2_000, 1_000],
      [5_000, 100, 2_000, 1_000],
      [3_500, 100, 2_000, 1_000],
      [4_000, 100, 4_001, 1_000],
      [3_000, 3_001, 2_000, 1_000],
      [4_000, 100, 2_000],
    ])
      expect(sum(wrong)).toThrow(expect.objectContaining({ code: 'update.impossible' }));
  });

  it('QY13: tells versions and metrics apart', () => {
    const metrics = ['top1', 'top3'].map(metric => ({ metric, least: 0, most: 1, better: 'higher' }));
    const query = define({ metrics }, [first, second]);
    const measured = { [first]: { top1: 0.1, top3: 0.2 }, [second]: { top1: 0.3, top3: 0.4 } };
    const answers = Array.from({ length: 3 }, () => ({ all: { examples: 200, versions: measured } }));
    expect(
      figuresFor(query, answers).versions.map(({ version, parts: [all] }) => [
        version,
        ...all!.metrics.map(({ metric, mean }) => [metric, mean.value]),
      ]),
    ).toEqual([
      [first, ['top1', 0.1], ['top3', 0.2]],
      [second, ['top1', 0.3], ['top3', 0.4]],
    ]);
  });

  const value = fc.double({ min: 0, max: 1, noNaN: true });
  const scene = fc.record({
    levels: fc.integer({ min: 200, max: 5_000 }),
    devices: fc.array(
      fc.record({
        examples: fc.integer({ min: 1, max: 200 }),
        one: value,
        other: value,
        isShort: fc.boolean(),
      }),
      { minLength: 3, maxLength: 25 },
    ),
  });

  it('QY13: says what the plain computation says, as far as rounding reaches, of any devices and versions', () => {
    fc.assert(
      fc.property(scene, ({ levels, devices }) => {
        const query = define({ metrics: top1, slices: ['short'], levels }, [first, second]);
        const part = ({ examples, one, other }: (typeof devices)[number]) => ({
          examples,
          versions: { [first]: { top1: one }, [second]: { top1: other } },
        });
        const answers = devices.map(each => ({
          all: part(each),
          ...(each.isShort && { slices: { short: part(each) } }),
        }));
        const { versions } = figuresFor(query, answers);
        const short = devices.filter(({ isShort }) => isShort);
        for (const [at, of] of (['one', 'other'] as const).entries())
          for (const [slice, having] of [devices, short].entries()) {
            const found = versions[at]!.parts[slice]!;
            expect(found.devices).toBe(having.length);
            const examples = having.reduce((sum, each) => sum + each.examples, 0);
            expect(Math.abs(found.examples - examples)).toBeLessThanOrEqual(
              1 + (having.length * 100) / levels,
            );
            if (having.length < 3) expect(found.metrics).toEqual([]);
            else {
              const mean = having.reduce((sum, each) => sum + each[of], 0) / having.length;
              expect(Math.abs(found.metrics[0]!.mean.value - mean)).toBeLessThanOrEqual(0.5 / levels + 1e-9);
            }
          }
        for (const answer of answers)
          expect(Math.hypot(...encodeAnswer(query, answer))).toBeLessThanOrEqual(longestAnswer(query) + 1e-9);
      }),
      { numRuns: 200 },
    );
  });

  it('QY10: is as long as its definition says before it names a version, with noise too', () => {
    const privacy = { epsilon: 4, delta: 1e-6, rounds: 3 };
    const defined = define({ metrics: top1, privacy }, []);
    const asked = define({ metrics: top1, privacy });
    expect(longestAnswer(defined)).toBe(longestAnswer(asked));
    expect(queryForm(defined, 9)).toEqual(queryForm(asked, 9));
    expect(longestAnswer(asked)).toBeCloseTo(2_000, 9);
    expect(Math.hypot(...encodeAnswer(asked, { all: said(200, 1) }))).toBeCloseTo(2_000, 9);
    expect(() => encodeAnswer(defined, { all: said(200, 1) })).toThrow(
      'The answer of the app to the query "evaluation" (evaluation) has to be about a version, and it names none; it was not sent. [options.invalid]',
    );
    const noisy = figuresOf(asked, Int32Array.of(-100, 9_000, 5_200, -300), 10, 400);
    // All devices that answer have examples, whatever noise says of it.
    expect(noisy).toMatchObject({
      kind: 'evaluation',
      noise: 20 / 10_000,
      versions: [{ parts: [{ slice: null, devices: 10, examples: 1_800 }] }],
    });
  });
});
