import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { measure } from '@murmuration/rounds/evaluation/measure';
import { describe, expect, it } from 'vitest';

const model = {} as never;
const deadlines = { evaluation: 60_000 };
const evaluator = (metrics: Record<string, number>) => ({
  evaluate: async () => metrics,
  close: async () => {},
});

/** Answers when it is told to stop, or never. */
function stuck() {
  const stopped: unknown[] = [];
  return {
    stopped,
    evaluate: (_: unknown, signal: AbortSignal) =>
      new Promise<never>(() => signal.addEventListener('abort', () => stopped.push(signal.reason))),
    close: async () => {},
  };
}

describe('held-out metrics', () => {
  it('are those of the evaluator, and null without one', async () => {
    const clock = new VirtualClock();
    const measured = measure({ evaluator: evaluator({ top1: 0.25, loss: -1 }), deadlines }, model, clock);
    expect(await measured).toEqual({ top1: 0.25, loss: -1 });
    expect(await measure({ evaluator: null, deadlines }, model, clock)).toBeNull();
    expect(clock.pending).toBe(0);
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, '0.5' as never, undefined as never])(
    'are refused where one is %s',
    async value => {
      const measuring = { evaluator: evaluator({ top1: 0.25, loss: value }), deadlines };
      await expect(measure(measuring, model, new VirtualClock())).rejects.toThrow(/metric loss/);
    },
  );

  it('are waited for until the deadline, at which the evaluator is told to stop', async () => {
    const clock = new VirtualClock();
    const late = stuck();
    const refused = expect(measure({ evaluator: late, deadlines }, model, clock)).rejects.toMatchObject({
      code: 'evaluation.timeout',
      detail: expect.stringContaining('60 s'),
    });
    await clock.advance(59_999);
    expect(late.stopped).toEqual([]);
    await clock.advance(1);
    expect(late.stopped).toHaveLength(1);
    await refused;
  });

  it('are no longer waited for once nobody wants them', async () => {
    const clock = new VirtualClock();
    const late = stuck();
    const stop = new AbortController();
    const measured = measure({ evaluator: late, deadlines }, model, clock, stop.signal);
    const reason = new Error('The round is over.');
    stop.abort(reason);
    await expect(measured).rejects.toBe(reason);
    expect(late.stopped).toEqual([reason]);
    expect(clock.pending).toBe(0);
    await expect(measure({ evaluator: late, deadlines }, model, clock, stop.signal)).rejects.toBe(reason);
  });
});
