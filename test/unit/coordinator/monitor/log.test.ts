import { CoordinatorEvents } from '@murmuration/coordinator/events';
import { createLog, type LogLevel, logEvents } from '@murmuration/coordinator/monitor/log';
import type { RoundRecord } from '@murmuration/coordinator/round/record';
import { describe, expect, it } from 'vitest';

function open(level: LogLevel) {
  const lines: Record<string, unknown>[] = [];
  const log = createLog(level, { write: line => void lines.push(JSON.parse(line)) });
  const events = new CoordinatorEvents();
  logEvents(events, log);
  return { lines, log, events };
}

const record: RoundRecord = {
  round: 'R'.repeat(22) as never,
  task: 'line' as never,
  number: 3,
  planVersion: 1,
  base: '0'.repeat(64) as never,
  startedAt: 1_000,
  endedAt: 3_500,
  outcome: 'published',
  model: 'f'.repeat(64) as never,
  failure: null,
  tally: { cohort: 5, accepted: 3, rejected: 1, late: 1, lost: 1 },
  metrics: { top1: 0.5 },
  traffic: { up: 10, down: 20 },
  phases: [],
  errors: {},
};

describe('the log', () => {
  it('has one line for a round', () => {
    const { lines, events } = open('info');
    events.emit('round-ended', record);
    const failure = { during: 'updates', reason: 'Nobody came.' } as const;
    events.emit('round-ended', { ...record, outcome: 'failed', model: null, failure });
    expect(lines).toMatchObject([
      {
        level: 30,
        msg: 'round published',
        task: 'line',
        number: 3,
        cohort: 5,
        accepted: 3,
        rejected: 1,
        late: 1,
        lost: 1,
        bytesUp: 10,
        bytesDown: 20,
        ms: 2_500,
        metrics: { top1: 0.5 },
      },
      { level: 40, msg: 'round failed', ...failure },
    ]);
  });

  it('tells of devices and refusals only where it is asked for details', () => {
    for (const [level, expected] of [
      ['info', 0],
      ['debug', 2],
    ] as const) {
      const { lines, events } = open(level);
      events.emit('enrolled', 'D'.repeat(22) as never);
      events.emit('refused', 'hello', 'device.unknown', 'The device is not enrolled.');
      expect(lines).toHaveLength(expected);
    }
  });

  it('tells of every fault with its stack', () => {
    const { lines, events } = open('error');
    events.emit('fault', 'publishing a version', new Error('The disk is full.'));
    expect(lines).toMatchObject([
      {
        level: 50,
        where: 'publishing a version',
        err: { message: 'The disk is full.', stack: expect.any(String) },
      },
    ]);
  });

  it('says nothing where it is silent', () => {
    const { lines, events } = open('silent');
    events.emit('fault', 'anywhere', new Error('x'));
    expect(lines).toEqual([]);
  });

  it('leaves out what is called a token or a signature', () => {
    const { lines, log } = open('debug');
    log.info({
      token: 'secret',
      signature: 'secret',
      message: { token: 'secret', signature: 'secret' },
      kept: 1,
    });
    expect(JSON.stringify(lines)).not.toMatch(/secret/);
    expect(lines).toMatchObject([{ kept: 1, token: '[Redacted]' }]);
  });
});
