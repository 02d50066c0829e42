import type { Monitor } from '@murmuration/serving/monitor/monitor';
import type { RememberedPrediction } from '@murmuration/serving/monitor/prediction';
import { describe, expect, it } from 'vitest';

const replica = 'c'.repeat(32);

function windowOf(number: number, ...ids: readonly string[]) {
  const predictions = ids.map((id): RememberedPrediction => {
    const row = { kind: 'class', guesses: [1, 0], probabilities: [0.6, 0.4], classes: 2 } as const;
    return { id, at: Date.now(), model: 'm', version: '1', rows: [row] };
  });
  return { replica, number, requests: [{ model: 'm', version: '1', count: ids.length }], predictions };
}

/**
 * What every monitor keeps to; `open` gives an empty one, `known` what it knows of version 1 of the model m after what was told has arrived:
 * predictions, and outcomes.
 */
export function monitorContract(
  name: string,
  open: () => Promise<{
    readonly monitor: Monitor;
    readonly known: () => Promise<{ readonly requests: number; readonly outcomes: number }>;
  }>,
): void {
  describe(`${name} as a monitor`, () => {
    it('joins each outcome once, and refuses another one', async () => {
      const { monitor, known } = await open();
      monitor.window(windowOf(1, 'p', 'q'));
      expect(await monitor.feedback({ id: 'p', outcome: 1 })).toBe('joined');
      expect(await monitor.feedback({ id: 'p', outcome: 1 })).toBe('repeated');
      await expect(monitor.feedback({ id: 'p', outcome: 0 })).rejects.toMatchObject({
        code: 'feedback.conflict',
      });
      expect(await known()).toEqual({ requests: 2, outcomes: 1 });
    });

    it('refuses an outcome of nothing, and one of another type, which leaves room for the right one', async () => {
      const { monitor, known } = await open();
      monitor.window(windowOf(1, 'p'));
      await expect(monitor.feedback({ id: 'r', outcome: 1 })).rejects.toMatchObject({
        code: 'request.not-found',
      });
      for (const outcome of ['1', 2, true, [1, 1]])
        await expect(monitor.feedback({ id: 'p', outcome })).rejects.toMatchObject({
          code: 'inference.input',
        });
      expect(await monitor.feedback({ id: 'p', outcome: 0 })).toBe('joined');
      expect(await known()).toEqual({ requests: 1, outcomes: 1 });
    });

    it('counts a window once, however often it comes', async () => {
      const { monitor, known } = await open();
      for (const number of [1, 1, 2, 1]) monitor.window(windowOf(number, `${number}`));
      await expect.poll(known).toEqual({ requests: 2, outcomes: 0 });
      await monitor.close();
      expect(await known()).toEqual({ requests: 2, outcomes: 0 });
    });
  });
}
