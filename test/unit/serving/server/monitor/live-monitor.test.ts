import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { LiveMonitor } from '@murmuration/serving/monitor/live-monitor';
import { feedbackSchema } from '@murmuration/serving/monitor/settings';
import { describe, expect, it } from 'vitest';
import { predictionOf, windowOf } from './predictions.ts';

const hour = 3_600_000;

function open(settings: object = {}) {
  const clock = new VirtualClock(1_000 * hour);
  const heard: string[] = [];
  const monitor = new LiveMonitor(feedbackSchema.parse(settings)!, {
    clock,
    events: { feedback: result => heard.push(result), joined: ({ id }) => heard.push(`joined ${id}`) },
  });
  return { clock, monitor, heard, now: () => clock.now() };
}

describe('a live monitor', () => {
  it('joins an outcome to its prediction once, late ones too', async () => {
    const { clock, monitor, heard, now } = open();
    monitor.window(windowOf(1, [predictionOf('p', now()), predictionOf('q', now())]));
    await clock.advance(100 * hour);
    expect(await monitor.feedback({ id: 'p', outcome: 1 })).toBe('joined');
    expect(await monitor.feedback({ id: 'p', outcome: 1 })).toBe('repeated');
    await expect(monitor.feedback({ id: 'p', outcome: 2 })).rejects.toThrow('[feedback.conflict]');
    await expect(monitor.feedback({ id: 'q', outcome: 'text' })).rejects.toThrow('[inference.input]');
    await expect(monitor.feedback({ id: 'r', outcome: 1 })).rejects.toThrow('[request.not-found]');
    expect(await monitor.feedback({ id: 'q', outcome: 0 })).toBe('joined');
    expect(heard).toEqual([
      'joined p',
      'joined',
      'repeated',
      'conflict',
      'invalid',
      'unknown',
      'joined q',
      'joined',
    ]);
    expect(monitor.of('m', '1')).toMatchObject({
      requests: 2,
      outcomes: 2,
      known: 1,
      accuracy: { value: 0.5 },
    });
  });

  it('counts a window once, however often it is sent', () => {
    const { monitor, now } = open();
    const window = windowOf(1, [predictionOf('p', now())]);
    monitor.window(window);
    monitor.window(window);
    monitor.window(windowOf(2, [predictionOf('q', now())]));
    monitor.window(windowOf(1, [predictionOf('r', now())]));
    monitor.window(windowOf(1, [predictionOf('s', now())], 'b'.repeat(32)));
    expect(monitor.of('m', '1').requests).toBe(3);
    expect(monitor.waiting).toBe(3);
  });

  it('lets nobody take the place of a prediction by its id', async () => {
    const { monitor, now } = open();
    monitor.window(windowOf(1, [predictionOf('p', now())]));
    monitor.window(windowOf(2, [predictionOf('p', now(), { version: '2' })]));
    await monitor.feedback({ id: 'p', outcome: 1 });
    expect(monitor.of('m', '1').outcomes).toBe(1);
  });

  it('forgets predictions and counts after the horizon, also of a replica whose clock is ahead', async () => {
    const { clock, monitor, now } = open({ horizon: 10 * hour });
    monitor.window(windowOf(1, [predictionOf('p', now() + 1_000_000 * hour)]));
    await clock.advance(10 * hour);
    await expect(monitor.feedback({ id: 'p', outcome: 1 })).rejects.toThrow('[request.not-found]');
    await clock.advance(2 * hour);
    expect(monitor.of('m', '1').requests).toBe(0);
    monitor.window(windowOf(2, [predictionOf('q', now())]));
    expect(monitor.waiting).toBe(1);
  });

  it('holds as many predictions as it may under a flood, the newest', async () => {
    const { monitor, now } = open();
    for (let number = 1; number <= 3; number++) {
      const flood = Array.from({ length: 50_000 }, (_, at) => predictionOf(`${number} ${at}`, now()));
      monitor.window(windowOf(number, flood));
      expect(monitor.waiting).toBeLessThanOrEqual(100_000);
    }
    expect(await monitor.feedback({ id: '2 0', outcome: 1 })).toBe('joined');
    await expect(monitor.feedback({ id: '1 49999', outcome: 1 })).rejects.toThrow('[request.not-found]');
    expect(monitor.of('m', '1').requests).toBe(150_000);
  });

  it('counts false alarms of the outcome that the settings name', async () => {
    const { monitor, now } = open({ positive: { m: 1 } });
    monitor.window(
      windowOf(
        1,
        ['p', 'q'].map(id => predictionOf(id, now())),
      ),
    );
    await monitor.feedback({ id: 'p', outcome: 1 });
    await monitor.feedback({ id: 'q', outcome: 0 });
    expect(monitor.of('m', '1').falsePositives).toMatchObject({ value: 1, of: 1 });
    expect(monitor.versions).toHaveLength(1);
  });
});
