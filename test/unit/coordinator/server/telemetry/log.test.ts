import { createLog, type LogLevel, logEvents, logStart } from '@murmuration/coordinator/telemetry/log';
import { native } from '@murmuration/protocol/primitives/node';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import type { Alert } from '@murmuration/rounds/events/alert';
import { CoordinatorEvents } from '@murmuration/rounds/events/events';
import type { RoundRecord } from '@murmuration/rounds/round/record';
import { mintToken } from '@murmuration/rounds/tokens/secret-token';
import { describe, expect, it } from 'vitest';
import { deviceId, openFederation, updateOf } from '../federation.ts';

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
  it('begins with what runs where, with a time in ISO 8601 and the level by name', () => {
    const { lines, log } = open('info');
    const running = {
      version: '1.2.3',
      url: 'http://127.0.0.1:1',
      grpc: '127.0.0.1:2',
      tasks: ['line'],
      openHere: ['predict'],
      hasOperators: false,
    };
    logStart(log, { ...running, storage: undefined, isDevelopment: false });
    expect(lines).toMatchObject([
      { ...running, level: 'info', msg: 'coordinator listens', storage: 'memory', node: process.version },
    ]);
    const { time } = lines[0] as { time: string };
    expect(new Date(time).toISOString()).toBe(time);
    logStart(log, { ...running, storage: '/var/lib/murmuration', isDevelopment: true });
    expect(lines.slice(1)).toMatchObject([
      { storage: '/var/lib/murmuration' },
      { level: 'warn', msg: expect.stringContaining('development') },
    ]);
  });

  it('warns of the first of the rounds that nobody came to, and says later how many there were', () => {
    const { lines, events } = open('info');
    const failure = { during: 'gathering', reason: 'Too few devices came.' } as const;
    const tally = { cohort: 0, accepted: 0, rejected: 0, late: 0, lost: 0 };
    const empty: RoundRecord = { ...record, outcome: 'failed', model: null, failure, tally };
    const told = () =>
      lines.splice(0).map(({ level, msg, task, emptyBefore }) => ({ level, msg, task, emptyBefore }));
    for (let i = 0; i < 3; i++) events.emit('round-ended', empty);
    events.emit('round-ended', { ...empty, task: 'curve' as never });
    expect(told()).toEqual([
      { level: 'warn', msg: 'round failed', task: 'line', emptyBefore: undefined },
      { level: 'warn', msg: 'round failed', task: 'curve', emptyBefore: undefined },
    ]);
    // One that fails with a cohort is another matter.
    events.emit('round-ended', { ...empty, tally: record.tally });
    events.emit('round-ended', empty);
    events.emit('round-ended', empty);
    events.emit('round-ended', record);
    events.emit('round-ended', record);
    expect(told()).toEqual([
      { level: 'warn', msg: 'round failed', task: 'line', emptyBefore: 3 },
      { level: 'warn', msg: 'round failed', task: 'line', emptyBefore: undefined },
      { level: 'info', msg: 'round published', task: 'line', emptyBefore: 2 },
      { level: 'info', msg: 'round published', task: 'line', emptyBefore: undefined },
    ]);
    const ended: RoundRecord = { ...empty, failure: { ...failure, endedBy: 'operator' } };
    events.emit('round-ended', ended);
    events.emit('round-ended', ended);
    expect(lines).toMatchObject([
      { level: 'info', msg: 'round ended on purpose', endedBy: 'operator' },
      { level: 'info', msg: 'round ended on purpose' },
    ]);
  });

  it('has one line for a round', () => {
    const { lines, events } = open('info');
    events.emit('round-ended', record);
    const failure = { during: 'updates', reason: 'Nobody came.' } as const;
    events.emit('round-ended', { ...record, outcome: 'failed', model: null, failure });
    expect(lines).toMatchObject([
      {
        level: 'info',
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
      { level: 'warn', msg: 'round failed', ...failure },
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
        level: 'error',
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

  it('names the round on each line that concerns one', async () => {
    const federation = await openFederation({
      makeVersion: () => async () => {
        throw new Error('broken');
      },
    });
    const lines: Record<string, unknown>[] = [];
    logEvents(federation.events, createLog('debug', { write: line => void lines.push(JSON.parse(line)) }));
    await federation.rounds.start();
    for (const index of [0, 1, 2, 3, 4]) federation.checkIn(deviceId(index));
    await federation.clock.advance(0);
    const driver = federation.rounds.current!;
    const round = driver.terms.id;
    for (const index of [0, 1, 2]) {
      const { assignment } = federation.channel.assignments.get(deviceId(index))!;
      await driver.accept(assignment, updateOf([1, 0, 0, 0]));
    }
    await federation.clock.advance(0);
    await federation.rounds.stop();
    const ofIt = lines.filter(line => line.round === round);
    expect(ofIt.map(({ msg, phase }) => phase ?? msg)).toEqual([
      'gathering',
      'updates',
      'closing',
      'fault',
      'step of closing a round',
      'round failed',
    ]);
    expect(ofIt.filter(({ level }) => level === 'info' || level === 'warn')).toHaveLength(1);
    expect(lines.filter(line => line.round === undefined && 'phase' in line)).toEqual([]);
  });

  it('names the round of a refused update', async () => {
    const federation = await openFederation();
    await federation.rounds.start();
    for (const index of [0, 1, 2, 3, 4]) federation.checkIn(deviceId(index));
    await federation.clock.advance(0);
    const { assignment } = federation.channel.assignments.get(deviceId(0))!;
    const driver = federation.rounds.current!;
    const error = await driver
      .accept(assignment, updateOf([1e9, 0, 0, 0]))
      .catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: 'update.norm', round: driver.terms.id });
    await federation.rounds.stop();
  });

  it('tells of alerts as they begin and end, and of notices that are given up', () => {
    const { lines, events } = open('info');
    const alert: Alert = {
      id: 'disk-filling:0',
      rule: 'disk-filling',
      severity: 'critical',
      task: null,
      summary: 'Full.',
      advice: 'Make room.',
      page: '/#/overview',
      since: 0,
      resolvedAt: null,
    };
    events.emit('alert', alert);
    events.emit('alert', { ...alert, resolvedAt: 1 });
    events.emit('notice', 'hooks.example.org', null);
    events.emit('notice', 'hooks.example.org', 'HTTP 410');
    expect(lines).toMatchObject([
      { level: 'warn', msg: 'alert', alert: alert.id, advice: 'Make room.' },
      { level: 'info', msg: 'alert is over', alert: alert.id },
      { level: 'warn', msg: 'notice given up', host: 'hooks.example.org', failure: 'HTTP 410' },
    ]);
  });

  it('tells of inputs that drifted, and of those that did not only where it is asked for details', () => {
    const { lines, events } = open('info');
    const feature = { name: 'length', test: 'psi', score: 0.4, threshold: 0.1, drifted: true };
    const found = { task: 'line' as never, version: 7, isDrifted: true, window: { from: 1_000, to: 2_000 } };
    events.emit('drift', {
      ...found,
      features: [feature, { ...feature, name: 'hour', drifted: false }],
      share: 0.5,
    });
    events.emit('drift', { ...found, features: [{ ...feature, drifted: false }], share: 0 });
    expect(lines).toMatchObject([
      {
        level: 'info',
        msg: 'inputs drifted',
        task: 'line',
        version: 7,
        drifted: ['length'],
        share: 0.5,
        from: 1_000,
        to: 2_000,
      },
    ]);
  });

  it('has one line for a training run that begins, one for its end, and one for each trigger and its cause', () => {
    const { lines, events } = open('info');
    const why = { trigger: 'drift', reason: 'It drifted.', figures: {}, at: 1 } as const;
    const run = { id: 'r1', task: 'line' as never, number: 4, why, startedAt: 1, rounds: 2, failed: 1 };
    const fired = { task: 'line' as never, number: 9, firing: why, since: 1, until: null, run: null };
    events.emit('triggered', { ...fired, count: 1, outcome: 'suppressed', by: 'cooldown' });
    events.emit('triggered', { ...fired, count: 2, outcome: 'suppressed', by: 'cooldown' });
    events.emit('run-began', { ...run, endedAt: null, ending: null, metrics: null });
    const ending = { reason: 'plateau', text: 'No better.' } as const;
    events.emit('run-ended', { ...run, endedAt: 2, ending, metrics: { top1: 0.5 } });
    expect(lines).toMatchObject([
      { msg: 'trigger of training', trigger: 'drift', reason: 'It drifted.', by: 'cooldown' },
      { msg: 'training run began', run: 'r1', number: 4, trigger: 'drift' },
      { msg: 'training run ended', run: 'r1', ...ending, rounds: 2, failed: 1, metrics: { top1: 0.5 } },
    ]);
  });

  it('leaves out every secret, however it is named, nested or told', () => {
    const { lines, log } = open('debug');
    const { text, proof } = mintToken('operator', systemRandom, native);
    const webhook = `whsec_${Buffer.alloc(32, 9).toString('base64')}`;
    const error = Object.assign(new Error(`Bearer ${'x'.repeat(43)} and ${text} were wrong`), {
      request: { headers: { authorization: 'Basic c2VjcmV0', cookie: 'secret' } },
    });
    log.info({ a: { b: { uploadToken: 'secret', signature: new Uint8Array([11, 22, 33]), kept: 1 } } });
    log.info({ password: { of: { somebody: ['sesame'] } } });
    log.info(`the token ${text}, the webhook ${webhook}`);
    log.error({ err: error }, 'fault');
    log.info({ url: 'https://s3.example.org/a?X-Amz-Credential=ann&X-Amz-Signature=5ea1ed&x-id=GetObject' });
    log.info('no answer at https://s3.example.org/a?X-Amz-Security-Token=pa55%2Fing&x=1');
    const all = JSON.stringify(lines);
    for (const secret of [
      'secret"',
      '"1":22',
      'sesame',
      '=ann',
      '5ea1ed',
      'pa55',
      text,
      text.slice(-43),
      webhook,
      'x'.repeat(43),
      'c2VjcmV0',
    ])
      expect(all.replaceAll('uploadToken', '')).not.toContain(secret);
    expect(all).toContain(proof.id);
    expect(lines).toMatchObject([
      { a: { b: { uploadToken: '[Redacted]', kept: 1 } } },
      {},
      {},
      { level: 'error' },
      { url: expect.stringContaining('s3.example.org') },
      {},
    ]);
  });
});
