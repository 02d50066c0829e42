import { logLines } from '@murmuration/api/log';
import { createLog, type LogLevel, logEvents } from '@murmuration/coordinator/telemetry/log';
import { RecentLog } from '@murmuration/coordinator/telemetry/recent-log';
import { native } from '@murmuration/protocol/primitives/node';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { CoordinatorEvents } from '@murmuration/rounds/events/events';
import { mintToken } from '@murmuration/rounds/tokens/secret-token';
import { describe, expect, it } from 'vitest';

function open(level: LogLevel = 'info') {
  const clock = new VirtualClock(1_700_000_000_000);
  const recent = new RecentLog(clock);
  const written: string[] = [];
  const log = createLog(level, { write: line => void written.push(line) }, recent);
  return { clock, recent, written, log };
}

describe('the recent log', () => {
  it.each(['silent', 'error', 'info', 'debug'] as const)(
    'has lines at info and above where the log itself is at %s, which stays as it is',
    level => {
      const { recent, written, log } = open(level);
      log.debug('too fine');
      log.info({ task: 'line', tally: { accepted: 3 } }, 'round published');
      log.error(new Error('broken'), 'fault');
      expect(recent.after(0)).toMatchObject([
        {
          number: 1,
          level: 'info',
          message: 'round published',
          fields: { task: 'line', tally: '{"accepted":3}' },
        },
        { number: 2, level: 'error', message: 'fault', fields: { err: expect.stringContaining('broken') } },
      ]);
      expect(logLines.parse({ run: recent.run, lines: recent.after(0) })).toMatchObject({
        run: '2023-11-14T22:13:20.000Z',
      });
      expect(written).toHaveLength({ silent: 0, error: 1, info: 2, debug: 3 }[level]);
    },
  );

  it('has times of the clock of the coordinator', async () => {
    const { clock, recent, log } = open();
    log.info('first');
    await clock.advance(3_600_000);
    log.info('an hour later');
    expect(recent.after(0).map(({ time }) => time)).toEqual([
      '2023-11-14T22:13:20.000Z',
      '2023-11-14T23:13:20.000Z',
    ]);
  });

  it('keeps the newest lines, and their numbers', () => {
    const { recent, log } = open('silent');
    for (let i = 1; i <= 2_500; i++) log.info({ i }, 'a line');
    const lines = recent.after(0);
    expect(lines).toHaveLength(1_000);
    expect(lines[0]).toMatchObject({ number: 1_501, fields: { i: '1501' } });
    expect(recent.after(2_498).map(({ number }) => number)).toEqual([2_499, 2_500]);
    expect(recent.after(2_500)).toEqual([]);
    expect(recent.after(9_999)).toEqual([]);
  });

  it('is bounded however long lines are', () => {
    const { recent, log } = open('silent');
    for (let i = 0; i < 1_000; i++)
      log.warn(
        Object.fromEntries(Array.from({ length: 100 }, (_, j) => [`field${j}`, 'x'.repeat(1_000)])),
        'long',
      );
    const lines = recent.after(0);
    expect(JSON.stringify(lines).length).toBeLessThan(600_000);
    expect(lines.at(-1)).toMatchObject({ number: 1_000 });
  });

  it('holds no secret, wherever one was', () => {
    const { recent, log } = open();
    const events = new CoordinatorEvents();
    logEvents(events, log);
    const { text } = mintToken('operator', systemRandom, native);
    const secret = text.slice(20);
    events.emit('fault', 'a listener', new Error(`no such token ${text}`));
    log.warn({ token: 'open sesame', nested: { password: 'open sesame' } }, `Bearer ${text}`);
    const kept = JSON.stringify(recent.after(0));
    expect(recent.newest).toBe(2);
    expect(kept).not.toContain(secret);
    expect(kept).not.toContain('sesame');
    // The id by which the token is listed stays.
    expect(kept).toContain(text.slice(0, 20));
  });
});
