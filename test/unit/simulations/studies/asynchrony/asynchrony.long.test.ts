import { seededUniform } from '@murmuration/engine/training/seeded';
import { estimateOf } from '@murmuration/studies/asynchrony/asynchrony';
import { run } from '@murmuration/studies/asynchrony/course';
import { asynchronySettings } from '@murmuration/studies/asynchrony/settings';
import scenario from '@murmuration/tuning/scenarios/mnist-2nn';
import { describe, expect, it } from 'vitest';

describe('the speedup of asynchronous rounds', () => {
  it('is the geometric mean of the ratios, within an interval that holds the true one as often as it says', () => {
    expect(estimateOf([2, 8]).value).toBeCloseTo(4, 9);
    expect(estimateOf([2]).value).toBeCloseTo(2, 9);
    const uniform = seededUniform(7);
    const normal = () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
    let missed = 0;
    for (let draw = 0; draw < 2_000; draw++) {
      const { lower, upper } = estimateOf(Array.from({ length: 5 }, () => 3 * Math.exp(0.1 * normal())));
      if (lower > 3 || upper < 3) missed += 1;
    }
    expect(missed / 2_000).toBeGreaterThan(0.05 / 1.3);
    expect(missed / 2_000).toBeLessThan(1.3 * 0.05);
    expect(estimateOf([3, 3, 3])).toEqual({
      value: expect.closeTo(3, 9),
      lower: expect.closeTo(3, 9),
      upper: expect.closeTo(3, 9),
    });
  });

  it('is measured under masks with devices that keep what they learn until a buffer takes it', async () => {
    const settings = asynchronySettings.parse({
      concurrency: 6,
      target: 0.99,
      partition: { kind: 'iid', clients: 2_000 },
      asynchronous: { goal: 5, rounds: 2, measured: 2 },
    });
    const course = await run(scenario as never, 'masked', settings, 1);
    expect(course).toMatchObject({ seconds: null, versions: 2 });
    expect(course.updates).toBeGreaterThanOrEqual(8);
    expect(course.best).toBeGreaterThan(0.1);
  });

  it('is measured with devices that come one by one, on the clock of the devices', async () => {
    const settings = asynchronySettings.parse({
      concurrency: 4,
      target: 0.99,
      partition: { kind: 'iid', clients: 2_000 },
      asynchronous: { goal: 2, rounds: 3, measured: 3 },
    });
    const course = await run(scenario as never, 'asynchronous', settings, 1);
    expect(course).toMatchObject({ seconds: null, versions: 3, updates: 6 });
    expect(course.best).toBeGreaterThan(0.1);
  });
});
