import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { ModelHash } from '@murmuration/protocol/ids/ids';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { InferenceActivity } from '@murmuration/serving/monitor/activity';
import { beforeEach, describe, expect, it } from 'vitest';

const minute = 60_000;

let clock: VirtualClock;
let activity: InferenceActivity;

beforeEach(() => {
  clock = new VirtualClock(100 * minute);
  activity = new InferenceActivity(clock);
});

function ended(model: string, version: string, ms: number, error: MurmurationError | null = null): void {
  const request = { model, version, inputs: [], protocol: 'oip' };
  const response = error ? null : { model, version, hash: 'h' as ModelHash, outputs: [] };
  activity.events.answered?.({
    model,
    version,
    protocol: 'oip',
    error,
    end: error ? 'refused' : 'answered',
    ms,
    queueMs: ms / 2,
    request,
    response,
  });
}

const failure = new MurmurationError('inference.input');

describe('the activity of an inference server', () => {
  it('sums up the last hour of each version, and forgets what is older', async () => {
    for (let i = 0; i < 98; i++) ended('a', '1', 10);
    for (let i = 0; i < 2; i++) ended('a', '1', 1_000);
    ended('a', '1', 10, failure);
    ended('a', '2', 500);
    activity.events.executed?.({ name: 'a', version: '1', hash: 'h' as ModelHash }, 4, 1);
    activity.events.executed?.({ name: 'a', version: '1', hash: 'h' as ModelHash }, 2, 1);
    const sums = activity.of('a', '1');
    expect(sums).toMatchObject({ requests: 101, errors: 1, batch: 3, perSecond: 0 });
    expect(sums.p50).toBeGreaterThan(9.4);
    expect(sums.p50).toBeLessThan(10.6);
    expect(sums.p99).toBeGreaterThan(940);
    expect(sums.queue).toBeCloseTo((98 * 5 + 2 * 500) / 100, 9);
    expect(activity.of('a', '3')).toMatchObject({ requests: 0, p50: null, queue: null, batch: null });

    await clock.advance(minute);
    expect(activity.of('a', '1').perSecond).toBeCloseTo(101 / 60, 9);
    await clock.advance(58 * minute);
    expect(activity.of('a', '1').requests).toBe(101);
    await clock.advance(minute);
    expect(activity.of('a', '1')).toMatchObject({ requests: 0, errors: 0 });
  });

  it('tells each minute of an hour, of one model or of all', async () => {
    ended('a', '1', 1);
    ended('b', '1', 100);
    await clock.advance(2 * minute);
    ended('a', '2', 1, failure);
    const all = activity.minutes();
    expect(all.length).toBe(60);
    expect(all.at(-1)).toMatchObject({ at: 102 * minute, requests: 1, errors: 1 });
    expect(all.at(-2)).toMatchObject({ at: 101 * minute, requests: 0, p50: null, p99: null });
    expect(all.at(-3)).toMatchObject({ at: 100 * minute, requests: 2, errors: 0 });
    expect(activity.minutes('b').map(({ requests }) => requests)).toEqual([...Array(57).fill(0), 1, 0, 0]);
    // A name that begins like another is another.
    expect(activity.minutes('').every(({ requests }) => requests === 0)).toBe(true);
  });

  it('keeps the newest requests, the newest first, and no more than fifty', () => {
    for (let i = 0; i < 60; i++) ended('a', String(i), i);
    expect(activity.recent.length).toBe(50);
    expect(activity.recent[0]).toEqual({
      at: 100 * minute,
      model: 'a',
      version: '59',
      protocol: 'oip',
      code: 'ok',
      ms: 59,
    });
    expect(activity.recent.at(-1)?.version).toBe('10');
  });

  it('has room for a bounded number of versions, and none for what is not there', () => {
    for (let i = 0; i < 2_000; i++) {
      ended('a', String(i), 1);
      ended(`guess-${i}`, '', 1, failure);
    }
    expect(activity.of('a', '1999').requests).toBe(1);
    expect(activity.of('a', '0').requests).toBe(0);
    expect(activity.minutes().at(-1)?.requests).toBe(1_000);
    expect(activity.recent[0]).toMatchObject({ model: 'guess-1999', version: '', code: 'inference.input' });
  });

  it('counts on where the clock is set back', () => {
    let now = 105 * minute;
    activity = new InferenceActivity({ now: () => now, at: () => () => {} });
    ended('a', '1', 1);
    now -= 3 * minute;
    ended('a', '1', 1);
    expect(activity.of('a', '1').requests).toBe(2);
  });
});
