import type { Cell } from '@murmuration/monitoring/samples/sample';
import { compareWindows, type WindowTest } from '@murmuration/monitoring/windows/compare';
import { countColumns, countReference, planOf } from '@murmuration/serving/monitor/drift/counting-plan';
import { describe, expect, it } from 'vitest';
import { normal, uniform } from '../../../../monitoring/uniform.ts';

const random = uniform(77);
const gaussian = normal(random);

/** Categories of which the k-th is as frequent as 1 / k, as words are. */
function words(kinds: number): () => Cell {
  const upTo: number[] = [];
  let sum = 0;
  for (let kind = 1; kind <= kinds; kind++) {
    sum += 1 / kind;
    upTo.push(sum);
  }
  return () => {
    const at = random() * sum;
    return `word ${upTo.findIndex(limit => at < limit)}`;
  };
}

const features: Readonly<Record<string, () => Cell>> = {
  'normal numbers': () => gaussian(),
  'skewed numbers': () => Math.exp(2 * gaussian()),
  'numbers that are nearly always 0': () => (random() < 0.99 ? 0 : gaussian()),
  'numbers of which most are missing': () => (random() < 0.1 ? gaussian() : Number.NaN),
  '30 classes': () => `class ${Math.floor(30 * random())}`,
  '50 classes': () => `class ${Math.floor(50 * random())}`,
  '200 classes': () => `class ${Math.floor(200 * random())}`,
  '50 words': words(50),
  '3,000 words': words(3_000),
};

function compared(next: () => Cell, then: () => Cell, rows: readonly [number, number], test?: WindowTest) {
  const column = (draw: () => Cell, length: number) => ({
    it: { role: 'feature' as const, cells: Array.from({ length }, draw) },
  });
  const reference = column(next, rows[0]);
  const plan = planOf('plan', reference);
  const [before, after] = [countReference(plan, reference), countColumns(plan, column(then, rows[1]))];
  return compareWindows(before.it!, after.it!, test);
}

/** The share of windows like the reference that have drifted. */
function drifted(next: () => Cell, rows: readonly [number, number], test?: WindowTest): number {
  const windows = rows[0] + rows[1] > 5_000 ? 50 : 200;
  let found = 0;
  for (let window = 0; window < windows; window++) if (compared(next, next, rows, test)?.drifted) found += 1;
  return found / windows;
}

const distances = ['jensen-shannon', 'psi', 'hellinger', 'kullback-leibler', 'total-variation'] as const;

describe('a window that is like its reference', () => {
  describe.each([
    [1_000, 1_000],
    [1_000, 50],
    [100, 100],
    [1_000, 10_000],
  ] as const)('of %i rows, with %i', (...rows) => {
    it.each(Object.entries(features))('has hardly ever drifted: %s', (_, next) => {
      expect(drifted(next, rows)).toBeLessThanOrEqual(0.01);
    });
  });

  it.each(distances)('has hardly ever drifted by %s', test => {
    for (const next of Object.values(features))
      expect(drifted(next, [300, 300], test)).toBeLessThanOrEqual(0.015);
  });

  it('has a small χ² p-value as often as that says, though the reference is no more exact than it', () => {
    const found = drifted(features['normal numbers']!, [1_000, 1_000], 'chi-squared');
    expect(found).toBeLessThanOrEqual(0.05 + 3 * Math.sqrt((0.05 * 0.95) / 200));
  });
});

describe('a window that is not', () => {
  it.each<readonly [string, () => Cell, () => Cell]>([
    ['numbers have moved', () => gaussian(), () => gaussian() + 0.5],
    ['numbers are missing', () => gaussian(), () => (random() < 0.5 ? gaussian() : Number.NaN)],
    ['nothing but missing numbers is left', () => gaussian(), () => null],
    ['a word takes over', words(3_000), () => (random() < 0.2 ? 'word 7' : words(3_000)())],
    ['there are classes that nobody knew', features['50 classes']!, () => `new ${Math.floor(5 * random())}`],
    ['a class is gone', () => `class ${Math.floor(8 * random())}`, () => `class ${Math.floor(6 * random())}`],
  ])('has drifted: %s', (_, next, then) => {
    for (const test of distances)
      expect(compared(next, then, [1_000, 1_000], test)).toMatchObject({ drifted: true });
    expect(compared(next, then, [1_000, 1_000], 'chi-squared')?.drifted).toBe(true);
  });

  it('says from which distance on, which is more where there are few rows', () => {
    const next = features['50 classes']!;
    const [many, few] = [compared(next, next, [1_000, 10_000])!, compared(next, next, [100, 100])!];
    expect(many.threshold).toBeLessThan(few.threshold);
    expect(few.threshold).toBeGreaterThan(0.3);
    expect(
      compared(
        () => gaussian(),
        () => gaussian(),
        [1_000, 1_000],
      )?.threshold,
    ).toBe(0.1);
  });
});
