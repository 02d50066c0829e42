import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseConfig } from '@murmuration/coordinator/assembly/config';
import { type FetchedFront, fetchFront } from '@murmuration/coordinator/assembly/fetched-front';
import { Tickets } from '@murmuration/coordinator/cells/tickets';
import type { DeviceId, TaskName } from '@murmuration/protocol/ids/ids';
import { checkInAnswer, sentElsewhere } from '@murmuration/protocol/messages/check-in';
import { encodeFrame } from '@murmuration/protocol/messages/frame';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import type { TaskPlace } from '@murmuration/storage/leases/ports';
import { openStorage, type Stores } from '@murmuration/storage/storage';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { standing } from '../../../../contract/standing.ts';
import { enrolmentToken } from '../../../../e2e/line.ts';
import { PollingDevice } from '../../../../e2e/polling-device.ts';
import { seededRandom } from '../../../../seeded-random.ts';

const cell = 'https://cell-1.example.org';
const key = new Uint8Array(32).fill(1);
const task = 'line' as TaskName;
const least = {
  role: 'front',
  storage: 'postgres://murmuration@database/state',
  log: 'silent',
  enrolmentTokens: [enrolmentToken],
  trustedProxies: ['127.0.0.1'],
};
const answers = z.union([checkInAnswer, sentElsewhere]);

let clock: VirtualClock;
let storage: Stores;
let fronts: FetchedFront[];
/** Where the task is, and how often that was read. */
let place: TaskPlace;
let looks: number;
const native = globalThis.fetch;

/** Each request goes to the next front, as platforms start functions. */
beforeEach(async () => {
  clock = new VirtualClock(Date.UTC(2026, 0, 1));
  looks = 0;
  place = { task, cell, said: { standing, age: 0 } };
  const leases = {
    async places() {
      looks += 1;
      return [place];
    },
    ticketKey: async () => key,
  };
  storage = { ...(await openStorage(undefined, clock)), leases: leases as never };
  fronts = [];
  for (let seed = 0; seed < 3; seed++)
    fronts.push(await fetchFront(parseConfig(least), { clock, random: seededRandom(seed), storage }));
  let turn = 0;
  globalThis.fetch = (input, init) => fronts[turn++ % fronts.length]!.fetch(new Request(input, init));
});
afterEach(async () => {
  globalThis.fetch = native;
  for (const front of fronts) await front.close();
});

const url = 'https://learn.example.org';

/** A device that has a challenge, and polls nothing. */
async function device(): Promise<PollingDevice> {
  const opened = new PollingDevice(url);
  await opened.open();
  await opened.challenged();
  return opened;
}

async function known(): Promise<PollingDevice> {
  const opened = await device();
  await opened.enrol();
  await opened.hello({ sdk: '0.3.0' });
  return opened;
}

const checkIn = (from: PollingDevice, message: object = {}) =>
  from.ask('check-in', { task: 'line', conditions: {}, ...message }, answers);

describe('fronts that keep nothing', () => {
  it('HT8: answer one device, whichever of them has its requests', async () => {
    const one = await known();
    const answer = await checkIn(one);
    expect(answer).toMatchObject({ decision: 'elsewhere', cell });
    const { ticket } = answer as { ticket: string };
    const holder = { task, device: one.id as DeviceId };
    expect(() => new Tickets(key).require(ticket, holder, cell, clock.now())).not.toThrow();
    expect(await storage.devices.get(one.id!)).toMatchObject({ revokedAt: null });
  });

  it('HT4: say when to come back, by pace steering', async () => {
    place = { ...place, said: { standing: { ...standing, busy: 'enough devices wait' }, age: 0 } };
    const one = await known();
    const answer = await one.post('check-in', encodeFrame({ task, conditions: {} }) as never);
    expect(answer.status).toBe(200);
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(answer.headers.get('murmuration-expects')).toBe('0');
    expect(answer.headers.get('murmuration-newest')).toBe('1');
  });

  it('send an operator who asks for tasks to a cell', async () => {
    for (const path of ['/v1/tasks', '/v1/admin/overview'])
      expect(await (await fetch(url + path)).json()).toMatchObject({
        code: 'request.not-found',
        detail:
          'This is a front: it brings devices to the cells, which have the tasks. Ask one of the cells.',
      });
  });

  it('HT8: give another token with the hello, and with nothing else', async () => {
    const one = await device();
    const first = one.token;
    await one.enrol();
    expect(one.token).toBe(first);
    await one.hello();
    expect(one.token).not.toBe(first);
    const second = one.token;
    await checkIn(one);
    expect(one.token).toBe(second);
    // Whoever goes on with the first one has said no hello for all that is known.
    one.token = first;
    await expect(checkIn(one)).rejects.toMatchObject({ code: 'device.not-identified' });
  });

  it('ID2: take a signature for ten seconds, by the key that it is of, and for its purpose', async () => {
    const late = await device();
    await clock.advance(10_000);
    await expect(late.enrol()).rejects.toMatchObject({ code: 'request.not-found' });
    const one = await device();
    const signature = one.key.sign(new TextEncoder().encode('murmuration/enrol something else'));
    await expect(one.enrol({ signature })).rejects.toMatchObject({ code: 'device.signature' });
    await expect(one.enrol({ token: 'a wrong token of letters' })).rejects.toMatchObject({
      code: 'device.enrolment-refused',
    });
    await one.enrol();
    const other = await device();
    other.id = one.id;
    await expect(other.hello()).rejects.toMatchObject({ code: 'device.signature' });
  });

  it('HT8: end a connection a minute after its hello; the device says hello again', async () => {
    const one = await known();
    await clock.advance(59_999);
    await checkIn(one);
    await clock.advance(1);
    await expect(checkIn(one)).rejects.toMatchObject({ code: 'request.not-found' });
  });

  it('ID6: refuse a device that is revoked at once, wherever that was', async () => {
    const one = await known();
    await storage.devices.revoke(one.id!, clock.now());
    await expect(checkIn(one)).rejects.toMatchObject({ code: 'device.revoked' });
  });

  it('ID7: forget a device that wishes so, and no other', async () => {
    const one = await known();
    const two = await known();
    await expect(one.forget({ device: two.id })).rejects.toMatchObject({ code: 'device.unknown' });
    await expect(one.ask('forget', { device: one.id }, z.null())).rejects.toMatchObject({
      code: 'device.signature',
    });
    await expect(one.hello()).rejects.toMatchObject({ code: 'device.challenge-expired' });
    await one.forget();
    await expect(checkIn(one)).rejects.toMatchObject({ code: 'device.revoked' });
    await checkIn(two);
  });

  it('HT8: answer a request that comes again, and it changes nothing more', async () => {
    const one = await device();
    await one.enrol();
    await one.enrol();
    const { now } = await one.hello();
    expect(now).toBe(clock.now());
    const devices = await storage.devices.count();
    expect(devices).toBe(1);
    const frame = encodeFrame({ task, conditions: {} }) as never;
    for (let again = 0; again < 2; again++)
      expect((await one.post('check-in', frame, 'one-key')).status).toBe(200);
  });

  it('HT3 HT5 HT8: have no message after the challenge, hold no poll for long, and end with a word', async () => {
    const one = await device();
    const poll = one.poll(1, 25);
    let isOver = false;
    void poll.then(() => {
      isOver = true;
    });
    await clock.advance(999);
    expect(isOver).toBe(false);
    await clock.advance(1);
    expect((await poll).status).toBe(204);
    const two = await known();
    expect((await two.poll(1, 25)).status).toBe(204);
    expect((await two.poll(2, 0)).status).toBe(400);
    expect((await two.poll(1, 0, 'a'.repeat(43))).status).toBe(404);
    const headers = { authorization: `Bearer ${two.token}` };
    expect((await fetch(`${url}/v1/connection`, { method: 'DELETE', headers })).status).toBe(204);
  });

  it('CH3 CH4 HT6: refuse garbage, and what is too long, before anything is looked up', async () => {
    const one = await known();
    for (const [body, code] of [
      [new Uint8Array(0), 'protocol.frame'],
      [new Uint8Array(100).fill(0xc1), 'protocol.frame'],
      [encodeFrame({ task: 'line' }), 'request.invalid'],
      [encodeFrame({ task: 'other', conditions: {} }), 'task.unknown'],
      [new Uint8Array(3_000), 'request.too-large'],
    ] as const)
      expect(await (await one.post('check-in', body as never)).json()).toMatchObject({ code });
    const noKey = await one.post('check-in', new Uint8Array(3), '');
    expect(await noKey.json()).toMatchObject({ code: 'request.invalid' });
    const stranger = await device();
    const early = await stranger.post('check-in', encodeFrame({ task, conditions: {} }) as never);
    expect(await early.json()).toMatchObject({ code: 'device.not-identified' });
    const round = await one.post('keys', encodeFrame({}) as never);
    expect(round.status).toBeGreaterThanOrEqual(400);
  });

  it('look where tasks are when they are asked, and not more than twice a second', async () => {
    fronts = fronts.slice(0, 1);
    const one = await known();
    const before = looks;
    await checkIn(one);
    await checkIn(one);
    expect(looks).toBe(before);
    place = { ...place, cell: 'https://cell-2.example.org' };
    await clock.advance(500);
    expect(await checkIn(one)).toMatchObject({ cell: 'https://cell-2.example.org' });
    expect(looks).toBe(before + 1);
    expect((await fetch(`${url}/health/ready`)).status).toBe(200);
  });

  it('write down who has checked in before the answer is out', async () => {
    const one = await known();
    place = { ...place, said: { standing: { ...standing, busy: 'enough devices wait' }, age: 0 } };
    await clock.advance(1_000);
    await checkIn(one);
    const seen = (await storage.activity.of([one.id!])).get(one.id!);
    expect(seen).toMatchObject({ sdk: '0.3.0', platform: 'other', seenAt: clock.now() });
  });
});

describe('the module of a front in a function', () => {
  it('loads neither sockets nor metrics: a function starts again and again', () => {
    const loaded = (entry: string): string =>
      execFileSync(
        process.execPath,
        [
          ...['--import', './scripts/sources.mjs', '--conditions=murmuration-source', '--input-type=module'],
          '--eval',
          `await import('${entry}'); console.log(Object.keys((await import('node:module')).default._cache).join());`,
        ],
        { cwd: fileURLToPath(new URL('../../../../../', import.meta.url)), encoding: 'utf8' },
      );
    const heavy = /node_modules\/(engine\.io|socket\.io|prom-client|@opentelemetry)\//;
    expect(loaded('@murmuration/coordinator/fetch')).not.toMatch(heavy);
    expect(loaded('@murmuration/coordinator')).toMatch(heavy);
  });
});

describe('the configuration of a front in a function', () => {
  it.each([
    [{ role: 'cell' }, 'role'],
    [{ role: 'all' }, 'role'],
    [{ openEnrolment: true }, 'openEnrolment'],
    [{ development: true }, 'development'],
    [{ tls: { certificate: 'a', key: 'b' } }, 'tls'],
  ])('is not %j', async (change, field) => {
    await expect(fetchFront(parseConfig({ ...least, ...change }), { storage })).rejects.toMatchObject({
      code: 'config.invalid',
      detail: expect.stringContaining(`${field}:`),
    });
  });
});
