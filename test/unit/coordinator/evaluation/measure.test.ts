import { measure } from '@murmuration/coordinator/evaluation/measure';
import { describe, expect, it } from 'vitest';

const model = {} as never;
const evaluator = (metrics: Record<string, number>) => ({
  evaluate: async () => metrics,
  close: async () => {},
});

describe('held-out metrics', () => {
  it('are those of the evaluator, and null without one', async () => {
    expect(await measure(evaluator({ top1: 0.25, loss: -1 }), model)).toEqual({ top1: 0.25, loss: -1 });
    expect(await measure(null, model)).toBeNull();
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, '0.5' as never, undefined as never])(
    'are refused where one is %s',
    async value => {
      await expect(measure(evaluator({ top1: 0.25, loss: value }), model)).rejects.toThrow(/metric loss/);
    },
  );
});
