// @module-tag postgresql
import { parseConfig } from '@murmuration/coordinator/assembly/config';
import { type FetchedFront, fetchFront } from '@murmuration/coordinator/assembly/fetched-front';
import { systemClock } from '@murmuration/protocol/time/system-clock';
import { openPostgresqlStorage } from '@murmuration/storage/postgresql/storage';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { enrolmentToken } from '../../e2e/line.ts';
import { PollingDevice } from '../../e2e/polling-device.ts';
import { PostgresqlServer } from '../../postgresql-server.ts';

let server: PostgresqlServer;
let fronts: FetchedFront[];
const native = globalThis.fetch;

/** Two fronts of one database that keep nothing; each request goes to the next one. */
beforeAll(async () => {
  server = await PostgresqlServer.start();
  const storage = await server.freshDatabase();
  // There is a key of tickets once a cell was there.
  await (await openPostgresqlStorage(storage, systemClock, { role: 'cell' })).close();
  const config = parseConfig({
    role: 'front',
    storage,
    log: 'silent',
    enrolmentTokens: [enrolmentToken],
    trustedProxies: ['127.0.0.1'],
  });
  fronts = [await fetchFront(config), await fetchFront(config)];
  let turn = 0;
  globalThis.fetch = (input, init) => fronts[turn++ % fronts.length]!.fetch(new Request(input, init));
});
afterAll(async () => {
  globalThis.fetch = native;
  for (const front of fronts) await front.close();
  await server.remove();
});

/** A device of which somebody has read all that it sends. */
class TappedDevice extends PollingDevice {
  readonly sent = new Map<string, { readonly body: BodyInit; readonly token: string }>();
  override post(event: string, body: BodyInit, key?: string, token = this.token): Promise<Response> {
    this.sent.set(event, { body, token });
    return super.post(event, body, key, token);
  }
}

async function open(): Promise<TappedDevice> {
  const device = new TappedDevice('https://learn.example.org');
  await device.open();
  await device.challenged();
  return device;
}

const codeOf = async (answer: Response) => ((await answer.json()) as { code: string }).code;

describe('whoever has read what a device sent to a front that keeps nothing', () => {
  it.each(['enrol', 'hello'])(
    'ID2: answers its challenge no second time, at whichever front: %s',
    async event => {
      const device = await open();
      await device.enrol();
      await device.hello();
      const { body, token } = device.sent.get(event)!;
      for (let front = 0; front < fronts.length; front++) {
        const again = await device.post(event, body, `of-the-thief-${front}`, token);
        expect([again.status, await codeOf(again)]).toEqual([401, 'device.challenge-expired']);
      }
    },
  );

  it('ID2: opens no second device by one challenge', async () => {
    const device = await open();
    await device.enrol();
    const other = new PollingDevice('https://learn.example.org');
    other.token = device.token;
    other.nonce = device.nonce;
    await expect(other.enrol()).rejects.toMatchObject({ code: 'device.challenge-expired' });
  });
});

describe('a device whose answer was refused', () => {
  it('ID2: may give another one to the same challenge', async () => {
    const device = await open();
    await expect(device.enrol({ token: 'a wrong token of letters' })).rejects.toMatchObject({
      code: 'device.enrolment-refused',
    });
    await device.enrol();
    await device.hello();
  });
});
