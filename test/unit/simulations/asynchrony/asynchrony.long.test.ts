import { estimateOf } from '@murmuration/simulations/asynchrony/asynchrony';
import { run } from '@murmuration/simulations/asynchrony/course';
import { asynchronySettings } from '@murmuration/simulations/asynchrony/settings';
import scenario from '@murmuration/simulations/scenarios/mnist-2nn';
import { describe, expect, it } from 'vitest';

describe('the speedup of asynchronous rounds', () => {
  it('is the geometric mean of the ratios, within an interval over resampled seeds', () => {
    const { value, lower, upper } = estimateOf([2, 8], 1);
    expect(value).toBeCloseTo(4, 9);
    expect([lower, upper].map(end => Math.round(1e6 * end) / 1e6)).toEqual([2, 8]);
    expect(estimateOf([3, 3, 3], 1)).toEqual({
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
