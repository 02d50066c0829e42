import { parseConfig } from '@murmuration/coordinator/assembly/config';
import { type Coordinator, createCoordinator } from '@murmuration/coordinator/assembly/main';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { webhook } from '@murmuration/rounds/task/retrain/triggers';
import { openStorage } from '@murmuration/storage/storage';
import { Webhook as Signer } from 'standardwebhooks';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { enrolmentToken, lineTask } from '../../e2e/line.ts';

const secret = `whsec_${Buffer.alloc(32, 5).toString('base64')}`;
const task = { retrain: { when: [webhook({ name: 'lake', secret })], until: { time: '1 h' } } };
const body = '{"rows":5000}';
let clock: VirtualClock;
let coordinator: Coordinator;

async function open(storage?: Awaited<ReturnType<typeof openStorage>>): Promise<void> {
  const config = parseConfig({ port: 0, log: 'silent', enrolmentTokens: [enrolmentToken] });
  coordinator = await createCoordinator(config, [lineTask(task)], {
    clock,
    random: systemRandom,
    ...(storage && { storage }),
  });
  await coordinator.start();
}

beforeEach(async () => {
  clock = new VirtualClock(Date.UTC(2026, 0, 1));
  await open();
});
afterEach(() => coordinator.stop());

/** The headers of a message that its sender signs at a time, ms since 1970, as a library of others does. */
const signed = (id: string, at = clock.now(), text = body, by = secret) => ({
  'webhook-id': id,
  'webhook-timestamp': String(Math.floor(at / 1_000)),
  'webhook-signature': new Signer(by).sign(id, new Date(at), text),
});

async function call(headers: Record<string, string>, { text = body, path = 'line/triggers/lake' } = {}) {
  const response = await fetch(`${coordinator.url}/v1/tasks/${path}`, {
    method: 'POST',
    headers,
    body: text,
  });
  return [
    response.status,
    (await response.json()) as { code?: string; outcome?: string; by?: string },
  ] as const;
}

const runs = () => coordinator.runs.list('line', 99, 99);

describe('whoever calls the webhook of a task', () => {
  it('begins a run with a message that is signed with its secret, whatever its form is', async () => {
    const other = 'anything \u{1f41f}';
    expect(
      await call({ ...signed('a', clock.now(), other), 'content-type': 'text/plain' }, { text: other }),
    ).toEqual([202, { outcome: 'began', by: null }]);
    expect(await call(signed('b'))).toEqual([202, { outcome: 'suppressed', by: 'run-open' }]);
    expect(await runs()).toMatchObject([{ why: { trigger: 'webhook', figures: { name: 'lake', id: 'a' } } }]);
  });

  it('begins none without the secret', async () => {
    const good = signed('a');
    const wrong = `whsec_${Buffer.alloc(32, 6).toString('base64')}`;
    const forged: [string, Record<string, string>, Parameters<typeof call>[1]?][] = [
      ['another secret', signed('a', clock.now(), body, wrong)],
      ['another body', good, { text: '{"rows":5001}' }],
      ['another id', { ...good, 'webhook-id': 'b' }],
      ['another time', { ...good, 'webhook-timestamp': String(Number(good['webhook-timestamp']) + 1) }],
      ['no signature', { ...good, 'webhook-signature': '' }],
      ['a signature of no version', { ...good, 'webhook-signature': good['webhook-signature'].slice(3) }],
      ['a part of the signature', { ...good, 'webhook-signature': good['webhook-signature'].slice(0, 20) }],
      ['another webhook', good, { path: 'line/triggers/webhook' }],
      ['another task', good, { path: 'none/triggers/lake' }],
    ];
    for (const [what, headers, options] of forged)
      expect([what, await call(headers, options)]).toMatchObject([
        what,
        [401, { code: 'operator.unauthenticated' }],
      ]);
    const { 'webhook-id': _, ...nameless } = good;
    expect((await call(nameless as Record<string, string>))[0]).toBe(400);
    expect(await runs()).toEqual([]);
  });

  it('learns from the answer neither which webhooks there are nor what time it is', async () => {
    const wrong = { ...signed('a', 0), 'webhook-signature': 'v1,AAAA' };
    const [, there] = await call(wrong);
    const [, elsewhere] = await call(wrong, { path: 'none/triggers/any' });
    expect({ ...elsewhere, instance: '' }).toEqual({ ...there, instance: '' });
  });

  it('begins none with a message that is too old, or of times to come', async () => {
    const minutes = 60_000;
    for (const by of [-5.1, 5.1])
      expect(await call(signed('a', clock.now() + by * minutes))).toMatchObject([
        401,
        { detail: expect.stringContaining('5 minutes') },
      ]);
    expect((await call(signed('a', clock.now() - 4.9 * minutes)))[0]).toBe(202);
  });

  it('begins none with a message that was taken before, also after a restart', async () => {
    await coordinator.stop();
    const storage = { ...(await openStorage(undefined, clock)), durable: true };
    await open(storage);
    const headers = signed('a', clock.now() + 4 * 60_000);
    expect((await call(headers))[0]).toBe(202);
    expect(await call(headers)).toMatchObject([409, { code: 'round.repeated' }]);
    await coordinator.stop();
    await clock.advance(8 * 60_000);
    await open(storage);
    // It is good still, since its sender's clock was ahead.
    expect(await call(headers)).toMatchObject([409, { code: 'round.repeated' }]);
    expect(await runs()).toHaveLength(1);
  });

  it('sends no more than there is room for', async () => {
    const long = 'x'.repeat(17_000);
    expect((await call(signed('a', clock.now(), long), { text: long }))[0]).toBe(413);
  });
});
