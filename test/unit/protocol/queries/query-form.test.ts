import { defineQuery, type QueryDefinition } from '@murmuration/protocol/queries/define-query';
import { parseQuery, problemOfQuery } from '@murmuration/protocol/queries/query-form';
import { describe, expect, it } from 'vitest';

const sound: Readonly<Record<string, object>> = Object.fromEntries(
  [
    { kind: 'count' },
    { kind: 'sum', least: 0, most: 1 },
    { kind: 'mean', least: 0, most: 1 },
    { kind: 'histogram', bins: { edges: [0, 1] } },
    { kind: 'top', items: ['a', 'b'] },
    { kind: 'distinct' },
    { kind: 'outcomes', outcomes: ['taken'] },
    { kind: 'arm', outcomes: ['taken'] },
    { kind: 'evaluation' },
    { kind: 'heavy-hitters' },
    { kind: 'numbers', numbers: 64 },
    { kind: 'ngrams', classes: 100, firstClass: 2 },
  ].map(definition => [definition.kind, defineQuery({ name: 'asked', ...definition } as QueryDefinition)]),
);
const changed = (kind: string, change: object) => problemOfQuery({ ...sound[kind], ...change });

const hash = (i: number) => i.toString(16).padStart(64, '0');
const items = (count: number) => Array.from({ length: count }, (_, i) => `item ${i}`);
const list = (bytes: number[]) => Uint8Array.from(bytes);
const arm = { experiment: '0123456789abcdef', version: hash(1), since: 0 };
const measured = { metric: 'loss', least: 0, most: 14, better: 'lower' };
const wholeTo = (least: number, most: number) => `a whole number from ${least} to ${most}`;

describe('a field of a query', () => {
  // biome-ignore format: one field a line: what it may be, what it may not, and the words for that
  it.each<[kind: string, field: string, taken: readonly unknown[], refused: readonly unknown[], what: string]>([
    ['count', 'name', ['a', 'a-1', `a${'b'.repeat(62)}`, 'a--8', 'a--1', 'a--2b'], ['', 'A', '1a', ['a'], `a${'b'.repeat(63)}`, 'a--2', 'a--7', 'a b', 'a\n', 1], 'a lower-case letter, then up to 62 lower-case letters, digits and hyphens, not ending with --2 to --7'],
    ['count', 'threshold', [3, 1_000_000], [2, 1_000_001, 3.5, '3'], wholeTo(3, 1_000_000)],
    ['count', 'period', [0, 31_622_400_000], [-1, 31_622_400_001, 0.5], wholeTo(0, 31_622_400_000)],
    ['count', 'privacy', [undefined], [null, [], 1], 'epsilon, delta, rounds and noise'],
    ['sum', 'least', [-1e15, 0.5], [-1.1e15, Number.NaN, '0'], 'a number from -1000000000000000 to 1000000000000000'],
    ['sum', 'most', [1e15, 0.5], [1.1e15, null], 'a number from -1000000000000000 to 1000000000000000'],
    ['sum', 'levels', [1, 1_000_000], [0, 1_000_001, 1.5], wholeTo(1, 1_000_000)],
    ['histogram', 'bins', [], [[0, 1], null, 'wide'], 'edges, or relative, least and most'],
    ['histogram', 'values', [1, 1_000], [0, 1_001], wholeTo(1, 1_000)],
    ['histogram', 'quantiles', [[], [1e-9, 1 - 1e-9], Array(16).fill(0.5)], [[0], [1], Array(17).fill(0.5), ['0.5'], 0.5], 'a list of at most 16 numbers between 0 and 1'],
    ['top', 'items', [['a'], ['x'.repeat(128)], items(2_048)], [[], items(2_049), ['a', 'a'], [''], ['x'.repeat(129)], ['\0'], ['\ud800'], [1], [['a']]], 'a list of 1 to 2048 texts of up to 128 characters, no two alike'],
    ['distinct', 'buckets', [16, 65_536], [15, 65_537], wholeTo(16, 65_536)],
    ['outcomes', 'outcomes', [['a'], items(8)], [[], items(9), ['a', 'a']], 'a list of 1 to 8 texts of up to 128 characters, no two alike'],
    ['outcomes', 'versions', [[], Array.from({ length: 16 }, (_, i) => hash(i))], [Array.from({ length: 17 }, (_, i) => hash(i)), [hash(1), hash(1)], [`${hash(1)}0`], [`0${hash(1)}`], [[hash(1)]], [hash(10).toUpperCase()]], 'a list of at most 16 hashes of versions, no two alike'],
    ['arm', 'arm', [undefined, arm], [null, { ...arm, experiment: '0123456789abcdef0' }, { ...arm, experiment: '0123456789abcde' }, { ...arm, experiment: ['0123456789abcdef'] }, { ...arm, version: 'v1' }, { ...arm, since: -1 }, { ...arm, since: 253_402_300_800_000 }, { ...arm, more: 1 }], 'an arm, with experiment, version and since'],
    ['evaluation', 'metrics', [[measured]], [[], Array(9).fill(measured), ['loss']], 'a list of 1 to 8 metrics, each with metric, least, most and better'],
    ['evaluation', 'slices', [[], items(16)], [items(17), ['a', 'a'], ['']], 'a list of at most 16 texts of up to 128 characters, no two alike'],
    ['evaluation', 'versions', [[1, 2, 3, 4].map(hash)], [[1, 2, 3, 4, 5].map(hash), ['v1']], 'a list of at most 4 hashes of versions, no two alike'],
    ['evaluation', 'examples', [1, 10_000], [0, 10_001], wholeTo(1, 10_000)],
    ['heavy-hitters', 'bytes', [2, 64], [0, 3, 66, '2'], 'an even number from 2 to 64'],
    ['heavy-hitters', 'texts', [1, 5_000], [0, 5_001], wholeTo(1, 5_000)],
    ['heavy-hitters', 'heavyFrom', [undefined, 3, 10], [2, 3.5, 1_000_001], wholeTo(3, 1_000_000)],
    ['heavy-hitters', 'heavy', [undefined, new Uint8Array(3 * 16_384 / 8)], [[0], 'x'], 'bytes'],
    ['numbers', 'numbers', [16, 2 ** 20], [15, 2 ** 20 + 1], wholeTo(16, 2 ** 20)],
    ['numbers', 'values', [1, 65_536], [0, 65_537], wholeTo(1, 65_536)],
    ['ngrams', 'classes', [3, 65_536], [1, 65_537], wholeTo(2, 65_536)],
    ['ngrams', 'name', [`a${'b'.repeat(59)}`], ['A'], 'a lower-case letter, then up to 62 lower-case letters, digits and hyphens, not ending with --2 to --7'],
    ['heavy-hitters', 'name', [`a${'b'.repeat(59)}`], ['A'], 'a lower-case letter, then up to 62 lower-case letters, digits and hyphens, not ending with --2 to --7'],
    ['count', 'privacy', [undefined, { epsilon: 1, delta: 1e-6, rounds: 1, noise: 'discreteGaussian' }], ['skellam'], 'epsilon, delta, rounds and noise'],
    ['ngrams', 'firstClass', [0, 99], [-1, 65_536], wholeTo(0, 65_535)],
    ['ngrams', 'sketches', [[], Array(3).fill({ rows: 1, buckets: 16 }), [{ rows: 8, buckets: 131_072 }]], [Array(4).fill({ rows: 1, buckets: 16 }), [{ rows: 9, buckets: 16 }], [{ rows: 1, buckets: 15 }], [{ rows: 0, buckets: 16 }], [{ rows: 1, buckets: 131_073 }]], 'a list of at most 3 sketches, each with rows (1 to 8) and buckets (16 to 131072)'],
    ['ngrams', 'step', [undefined, { length: 2, asks: 'list', ngrams: list([0]) }, { length: 3, asks: 'sketch', ngrams: list([0]) }], [{ length: 1, asks: 'list', ngrams: list([0]) }, { length: 5, asks: 'list', ngrams: list([0]) }, { length: 2, asks: 'all', ngrams: list([0]) }, { length: 2, asks: 'list', ngrams: [0] }, { length: 2, asks: 'list', ngrams: list([]) }, { length: 2, asks: 'list', ngrams: list([129, 128, 4]) }], 'a step, with length, asks and ngrams'],
  ])('%s.%s takes what it may be, and says so of all else', (kind, field, taken, refused, what) => {
    for (const value of taken) expect(changed(kind, { [field]: value }), `${value}`).toBeUndefined();
    for (const value of refused)
      expect(changed(kind, { [field]: value }), `${value}`).toBe(`${field} has to be ${what}.`);
  });

  it('that there is not is named, as far as a line goes', () => {
    expect(changed('count', { bound: 1 })).toBe('There is no field bound.');
    expect(changed('count', { ['x'.repeat(70)]: 1 })).toBe(`There is no field ${'x'.repeat(64)}.`);
    expect(changed('count', { constructor: 1 })).toBe('There is no field constructor.');
  });
});

describe('fields of a query that do not fit together', () => {
  // biome-ignore format: one refusal a line
  it.each([
    ['mean', { least: 1, most: 1 }, 'least has to be below most.'],
    ['histogram', { bins: { edges: [0] } }, 'edges has to be a list of 2 to 2049 finite numbers in ascending order.'],
    ['histogram', { bins: { edges: [0, 1, 1] } }, 'edges has to be a list of 2 to 2049 finite numbers in ascending order.'],
    ['histogram', { bins: { edges: [0, 1], more: 1 } }, 'There is no field more.'],
    ['histogram', { bins: { relative: 0.6, least: 1, most: 2 } }, 'bins: relative has to be a number from 0.001 to 0.5.'],
    ['histogram', { bins: { relative: 0.1, least: 2, most: 1 } }, 'bins: least has to be below most.'],
    ['histogram', { bins: { relative: 0.1, least: 0, most: 1 } }, 'bins: least has to be a number from 1e-15 to 1000000000000000.'],
    ['histogram', { bins: { edges: Array.from({ length: 2_050 }, (_, i) => i) } }, 'edges has to be a list of 2 to 2049 finite numbers in ascending order.'],
    ['evaluation', { metrics: [{ ...measured, better: 'more' }] }, 'metrics: better has to be higher or lower.'],
    ['evaluation', { metrics: [{ ...measured, metric: '' }] }, 'metrics: metric has to be a text of up to 128 characters.'],
    ['evaluation', { metrics: [{ ...measured, least: 14 }] }, 'metrics: least has to be below most.'],
    ['evaluation', { metrics: [measured, measured] }, 'metrics has two of one name.'],
    ['heavy-hitters', { name: 'a'.repeat(61) }, 'name has to have at most 60 characters.'],
    ['heavy-hitters', { heavyFrom: 11 }, 'heavyFrom has to be at most threshold.'],
    ['heavy-hitters', { heavy: new Uint8Array(6_145) }, 'heavy has to have 6144 bytes.'],
    ['ngrams', { name: 'a'.repeat(61) }, 'name has to have at most 60 characters.'],
    ['ngrams', { threshold: 3, heavyFrom: 4 }, 'heavyFrom has to be at most threshold.'],
    ['ngrams', { firstClass: 100 }, 'firstClass has to be below classes.'],
    ['ngrams', { sketches: [{ rows: 8, buckets: 131_072 }, { rows: 9, buckets: 1 }] }, 'sketches has to be a list of at most 3 sketches, each with rows (1 to 8) and buckets (16 to 131072).'],
    ['ngrams', { step: { length: 4, asks: 'list', ngrams: list([0]) } }, 'step: there is no sketch of 4 ids.'],
    ['count', { privacy: { epsilon: 0, delta: 1e-6, rounds: 1, noise: 'skellam' } }, 'privacy: epsilon has to be a number from 0.000001 to 1000000.'],
    ['count', { privacy: { epsilon: 1, delta: 1, rounds: 1, noise: 'skellam' } }, `privacy: delta has to be a number from 1e-300 to ${1 - 1e-9}.`],
    ['count', { privacy: { epsilon: 1, delta: 1e-6, rounds: 0, noise: 'skellam' } }, 'privacy: rounds has to be a whole number from 1 to 10000.'],
    ['count', { privacy: { epsilon: 1, delta: 1e-6, rounds: 1, noise: 'laplace' } }, 'privacy: noise has to be skellam or discreteGaussian.'],
  ])('%s with %j is refused', (kind, change, why) => {
    expect(changed(kind, change)).toBe(why);
  });

  it('bins are 2048 at most', () => {
    const edges = Array.from({ length: 2_049 }, (_, i) => i);
    expect(changed('histogram', { bins: { edges } })).toBeUndefined();
    const bins = (count: number) => ({
      relative: 0.01,
      least: 1e-3,
      most: 1e-3 * (1.01 / 0.99) ** (count - 0.5),
    });
    expect(changed('histogram', { bins: bins(2_048) })).toBeUndefined();
    expect(changed('histogram', { bins: bins(2_049) })).toBe(
      'bins: 2049 bins are more than 2048; use a greater relative error.',
    );
  });

  // biome-ignore format: one kind a line
  it.each([
    ['distinct', 'which buckets are empty can no longer be told under noise. Ask a histogram or a ranking.'],
    ['outcomes', 'its squares and products take so much noise that nothing is left. Ask for the mean of a share of each device.'],
    ['ngrams', 'noise of the length of that many counts hides all that few devices have.'],
    ['numbers', 'noise of the length of that many numbers hides all that few devices have. Ask a ranking (top) of fewer items.'],
    ['arm', 'the squares that its intervals stand on take so much noise that nothing is left. Ask for the mean of a share of each device.'],
    ['heavy-hitters', 'texts are read from sums that have to be exact, and noise makes them unreadable. Ask a ranking (top) of a list that is known.'],
  ])('noise is for no query of the kind %s, which is said with the reason', (kind, why) => {
    const privacy = { epsilon: 1, delta: 1e-6, rounds: 1, noise: 'skellam' };
    expect(changed(kind, { privacy })).toBe(`privacy is not for the kind ${kind}: ${why}`);
    expect(changed('top', { privacy })).toBeUndefined();
  });

  it('are told with the code of a request', () => {
    expect(parseQuery(sound['count'])).toBe(sound['count']);
    const refused = (value: unknown) => () => parseQuery(value);
    expect(refused(7)).toThrow(
      expect.objectContaining({ code: 'request.invalid', detail: 'The query: It has to be an object.' }),
    );
    expect(refused({ kind: 'median' })).toThrow(/kind has to be one of count, sum, mean, .*, ngrams\./);
  });
});
