import { checksOf, type GateFigures, gain } from '@murmuration/lifecycle/gates/checks';
import { LiveSums } from '@murmuration/lifecycle/gates/live-sums';
import { pairedTest } from '@murmuration/lifecycle/gates/paired-test';
import type { GateTestResult } from '@murmuration/rounds/registry/gate-decisions';
import { gateSchema } from '@murmuration/rounds/task/task-gate';
import { describe, expect, it } from 'vitest';
import type * as z from 'zod';

const measures = { top1: { better: 'higher' }, loss: { better: 'lower' } } as const;
const figures = (top1: number, loss: number, change: Partial<GateFigures> = {}): GateFigures => ({
  evaluation: { metrics: { top1, loss }, slices: { short: { top1, loss }, long: { top1: 0.25 } } },
  latencyP99: null,
  size: 100,
  ...change,
});

function checked(
  gate: z.input<typeof gateSchema>,
  challenger: GateFigures,
  tested: GateTestResult | null = null,
  champion = figures(0.5, 2),
) {
  const slices = ['short', 'long'];
  return checksOf(gateSchema.parse(gate), { measures, slices, champion, challenger, tested });
}

const bootstrap = (low: number, high: number): GateTestResult => ({
  kind: 'paired-bootstrap',
  units: 'examples',
  count: 9,
  interval: [low, high],
  p: 0.5,
});
const mcnemar = (p: number): GateTestResult => ({
  kind: 'mcnemar',
  units: 'examples',
  count: 9,
  interval: null,
  p,
});

it('a gain is positive for the better, in either direction', () => {
  expect([gain({ better: 'higher' }, 1, 3), gain({ better: 'lower' }, 1, 3), gain(undefined, 1, 3)]).toEqual([
    2, -2, 2,
  ]);
});

describe('the rule that a metric is better', () => {
  const none = { better: 'top1', test: 'none' } as const;

  it.each<[z.input<typeof gateSchema>, GateFigures, GateTestResult | null, boolean, string]>([
    [none, figures(0.51, 2), null, true, 'top1 went from 0.5 to 0.51; it has to be better.'],
    [none, figures(0.5, 2), null, false, 'top1 went from 0.5 to 0.5; it has to be better.'],
    [
      { ...none, by: 0.25 },
      figures(0.75, 2),
      null,
      true,
      'top1 went from 0.5 to 0.75; it has to be better by at least 0.25.',
    ],
    [
      { ...none, by: 0.25 },
      figures(0.749, 2),
      null,
      false,
      'top1 went from 0.5 to 0.749; it has to be better by at least 0.25.',
    ],
    [
      { ...none, better: 'loss' },
      figures(0.5, 1.5),
      null,
      true,
      'loss went from 2 to 1.5; it has to be better.',
    ],
    [
      { ...none, better: 'loss' },
      figures(0.5, 2.5),
      null,
      false,
      'loss went from 2 to 2.5; it has to be better.',
    ],
    [{ ...none, better: 'f1' }, figures(1, 1), null, false, 'f1 was not measured.'],
    [{ ...none, better: 'toString' }, figures(1, 1), null, false, 'toString was not measured.'],
    [none, figures(1, 1, { evaluation: null }), null, false, 'top1 was not measured.'],
    [
      { better: 'top1' },
      figures(1, 1),
      null,
      false,
      'top1 was not measured for 6 single examples, which 95 % confidence takes.',
    ],
    [
      { better: 'top1', test: 'slices' },
      figures(1, 1),
      null,
      false,
      'top1 was not measured for 6 single slices, which 95 % confidence takes.',
    ],
    [
      { better: 'top1' },
      figures(0.75, 2),
      bootstrap(0.01, 0.25),
      true,
      'top1 went from 0.5 to 0.75, better by 0.01 to 0.25 at 95 % confidence; the lower end has to be above 0.',
    ],
    [
      { better: 'top1' },
      figures(0.75, 2),
      bootstrap(0, 0.25),
      false,
      'top1 went from 0.5 to 0.75, better by 0 to 0.25 at 95 % confidence; the lower end has to be above 0.',
    ],
    [
      { better: 'top1', by: 0.02 },
      figures(0.75, 2),
      bootstrap(0.02, 0.25),
      false,
      'top1 went from 0.5 to 0.75, better by 0.02 to 0.25 at 95 % confidence; the lower end has to be above 0.02.',
    ],
    [
      { better: 'top1', test: 'mcnemar' },
      figures(0.75, 2),
      mcnemar(1 - 0.95),
      true,
      'top1 went from 0.5 to 0.75, p = 0.05; it has to be better with p at most 0.05.',
    ],
    [
      { better: 'top1', test: 'mcnemar' },
      figures(0.75, 2),
      mcnemar(0.0512345),
      false,
      'top1 went from 0.5 to 0.75, p = 0.05123; it has to be better with p at most 0.05.',
    ],
    [
      { better: 'top1', test: 'mcnemar' },
      figures(0.25, 2),
      mcnemar(0.001),
      false,
      'top1 went from 0.5 to 0.25, p = 0.001; it has to be better with p at most 0.05.',
    ],
    [
      { better: 'top1', test: 'mcnemar' },
      figures(0.5, 2),
      mcnemar(0.001),
      false,
      'top1 went from 0.5 to 0.5, p = 0.001; it has to be better with p at most 0.05.',
    ],
    [
      { better: 'top1', test: 'mcnemar', by: 0.25 },
      figures(0.75, 2),
      mcnemar(0.001),
      true,
      'top1 went from 0.5 to 0.75, p = 0.001; it has to be better by at least 0.25 with p at most 0.05.',
    ],
    [
      { better: 'top1', test: 'mcnemar', by: 0.26 },
      figures(0.75, 2),
      mcnemar(0.001),
      false,
      'top1 went from 0.5 to 0.75, p = 0.001; it has to be better by at least 0.26 with p at most 0.05.',
    ],
  ])('%j, by %j and %j: %j', (gate, challenger, tested, passed, text) => {
    const [check, ...others] = checked(gate, challenger, tested);
    const { better, by = 0 } = gate as { better: string; by?: number };
    expect(check).toMatchObject({
      rule: 'better',
      metric: better,
      slice: null,
      limit: by,
      test: tested,
      passed,
      text,
    });
    expect(others).toEqual([]);
  });
});

describe('the rule that a metric is never worse', () => {
  it.each<[string, GateFigures, readonly (readonly [string | null, boolean, string])[]]>([
    ['top1', figures(0.5, 9), [[null, true, 'top1 went from 0.5 to 0.5; it may not get worse.']]],
    ['top1', figures(0.49, 1), [[null, false, 'top1 went from 0.5 to 0.49; it may not get worse.']]],
    ['loss', figures(0.1, 2.01), [[null, false, 'loss went from 2 to 2.01; it may not get worse.']]],
    [
      'loss of short',
      figures(0.1, 1.9),
      [['short', true, 'loss of short went from 2 to 1.9; it may not get worse.']],
    ],
    [
      'loss of *',
      figures(0.1, 1.9),
      [
        ['short', true, 'loss of short went from 2 to 1.9; it may not get worse.'],
        ['long', false, 'loss of long was not measured.'],
      ],
    ],
    ['f1', figures(1, 1), [[null, false, 'f1 was not measured.']]],
  ])('%s', (entry, challenger, expected) => {
    const checks = checked({ neverWorse: [entry] }, challenger);
    expect(checks.map(({ slice, passed, text }) => [slice, passed, text])).toEqual(expected);
    for (const check of checks) expect(check).toMatchObject({ rule: 'never-worse', limit: 0, test: null });
  });
});

describe('the rules with a limit', () => {
  it.each([
    [
      { latencyP99: 20 },
      { latencyP99: 20 },
      true,
      'The latency of 99 of 100 requests is 20 ms; at most 20 ms are allowed.',
    ],
    [
      { latencyP99: 20 },
      { latencyP99: 20.01 },
      false,
      'The latency of 99 of 100 requests is 20.01 ms; at most 20 ms are allowed.',
    ],
    [{ latencyP99: 20 }, {}, false, 'The latency of 99 of 100 requests was not measured.'],
    [{ size: 64 }, { size: 64 }, true, 'The size is 64 bytes; at most 64 bytes are allowed.'],
    [{ size: 64 }, { size: 65 }, false, 'The size is 65 bytes; at most 64 bytes are allowed.'],
  ] as const)('%j, of %j', (gate, change, passed, text) => {
    const [check, ...others] = checked(gate, figures(1, 1, change));
    const rule = 'size' in gate ? 'size' : 'latency-p99';
    expect(check).toMatchObject({
      rule,
      metric: null,
      slice: null,
      limit: Object.values(gate)[0],
      passed,
      text,
    });
    expect(others).toEqual([]);
  });
});

describe('a paired test', () => {
  const evaluation = (
    values: readonly number[],
    only: readonly string[] = ['a', 'b', 'c', 'd', 'e', 'f', 'g'],
  ) => ({
    metrics: { loss: 0 },
    examples: { loss: Float64Array.from(values) },
    slices: Object.fromEntries(only.map((slice, at) => [slice, { loss: values[at]! }])),
  });
  const values = [1, 2, 3, 4, 5, 6, 7];
  const asked = (by = 0) => ({ metric: 'loss', measured: measures.loss, by });

  it('of equal gains has no width, and draws in turns', async () => {
    let turns = 0;
    const after = evaluation(values.map(value => value - 0.5));
    const result = await pairedTest('bootstrap', asked(), evaluation(values), after, async () => {
      turns += 1;
    });
    expect(result).toEqual({
      kind: 'paired-bootstrap',
      units: 'examples',
      count: 7,
      interval: [0.5, 0.5],
      p: expect.any(Number),
    });
    expect(result!.p).toBeLessThan(0.01);
    // 2,000 draws of seven are fewer than half a million.
    expect(turns).toBe(1);
    const more = await pairedTest('bootstrap', asked(0.6), evaluation(values), after, async () => {});
    expect(more!.p).toBeGreaterThan(0.99);
  });

  it('takes turns where there are many examples', async () => {
    let turns = 0;
    const many = Array.from({ length: 1_000 }, (_, at) => at);
    await pairedTest('bootstrap', asked(), evaluation(many), evaluation(many), async () => {
      turns += 1;
    });
    // 500 resamples at a time.
    expect(turns).toBe(4);
  });

  it('of slices takes those that both measured', async () => {
    const before = evaluation(values);
    const after = evaluation([0, 1, 2, 3, 4, 5], ['a', 'b', 'c', 'd', 'e', 'f']);
    const result = await pairedTest('slices', asked(), before, after, async () => {});
    expect(result).toMatchObject({ units: 'slices', count: 6, interval: [1, 1] });
    const few = evaluation([0, 1, 2, 3, 4], ['a', 'b', 'c', 'd', 'e']);
    expect(await pairedTest('slices', asked(), before, few, async () => {})).toBeNull();
    expect(await pairedTest('slices', asked(), { metrics: {} }, after, async () => {})).toBeNull();
  });

  it('of examples takes the same ones', async () => {
    for (const test of ['bootstrap', 'mcnemar'] as const)
      for (const [before, after] of [
        [evaluation(values), evaluation(values.slice(1))],
        [evaluation(values), { metrics: {} }],
        [{ metrics: {} }, evaluation(values)],
      ] as const)
        expect(await pairedTest(test, asked(), before, after, async () => {})).toBeNull();
  });

  it('of McNemar counts those of which one was right', async () => {
    // Three that only the challenger has right: p = 2 / 2³.
    const result = await pairedTest(
      'mcnemar',
      { metric: 'loss', measured: { better: 'higher' }, by: 0 },
      evaluation([0, 0, 0, 1, 0]),
      evaluation([1, 1, 1, 1, 0]),
      async () => {},
    );
    expect(result).toEqual({
      kind: 'mcnemar',
      units: 'examples',
      count: 5,
      interval: null,
      p: expect.closeTo(0.25, 12),
    });
  });
});

describe('sums of live figures', () => {
  const span = 600_000;

  it('are those of the window, in whole spans', () => {
    const sums = new LiveSums();
    sums.add('a', 2, 0);
    sums.add('a', 3, span - 1);
    sums.add('a', 5, span);
    sums.add('b', 7, span);
    expect(sums.of('a', span, 2 * span - 1)).toEqual({ n: 3, sum: 10, squares: 38 });
    expect(sums.of('a', span - 1, 2 * span - 1)).toEqual({ n: 1, sum: 5, squares: 25 });
    expect(sums.of('b', 10 * span, span)).toEqual({ n: 1, sum: 7, squares: 49 });
    expect(sums.of('c', span, span)).toEqual({ n: 0, sum: 0, squares: 0 });
  });

  it('go back for a week and a span', () => {
    const sums = new LiveSums();
    for (let at = 0; at < 1_009; at++) sums.add('a', 1, at * span);
    const all = (now: number) => sums.of('a', 2_000 * span, now).n;
    expect(all(1_008 * span)).toBe(1_009);
    sums.add('a', 1, 1_009 * span);
    expect(all(1_009 * span)).toBe(1_009);
    expect(sums.of('a', 1_008 * span, 1_009 * span).n).toBe(1_009);
  });

  it('are of a thousand keys, those that were used last', () => {
    const sums = new LiveSums();
    for (let key = 0; key < 1_000; key++) sums.add(String(key), 1, 0);
    sums.add('0', 1, 0);
    sums.add('new', 1, 0);
    expect(['0', '1', '2', 'new'].map(key => sums.of(key, span, 0).n)).toEqual([2, 0, 1, 1]);
  });
});
