import { accuracies } from '@murmuration/dashboard/monitor/over-time';
import { expect, it } from 'vitest';

it('shows of each hour how sure its accuracy is, and of how many outcomes', () => {
  const { x, series, place } = accuracies({
    accuracy: [
      { from: '2026-01-01T00:00:00.000Z', outcomes: 1, value: 1, low: 0.2, high: 1 },
      { from: '2026-01-01T01:00:00.000Z', outcomes: 400, value: 0.9, low: 0.87, high: 0.93 },
    ],
  });
  expect(series.map(({ values }) => values)).toEqual([
    [1, 0.9],
    [0.2, 0.87],
    [1, 0.93],
  ]);
  expect(x.values.map(place)).toEqual([
    expect.stringMatching(/, 1 outcome$/),
    expect.stringMatching(/, 400 outcomes$/),
  ]);
});
