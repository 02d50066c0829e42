import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseConfig } from '@murmuration/coordinator/assembly/config';
import { type Coordinator, createCoordinator } from '@murmuration/coordinator/assembly/main';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import { systemClock } from '@murmuration/protocol/time/system-clock';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { enrolmentToken, lineTask } from '../../e2e/line.ts';
import { askAs, operatorTokens } from '../operators.ts';

/** The host of the configuration answers with a redirect to the one that an attacker would have asked. */
let receiver: Server;
let victim: Server;
let coordinator: Coordinator;
let [asked, delivered] = [0, 0];

async function listening(server: Server): Promise<string> {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

let [receiverHost, victimHost] = ['', ''];

beforeEach(async () => {
  [asked, delivered] = [0, 0];
  victim = createServer((_, response) => void response.end('a secret of the inner network'));
  victim.on('connection', () => {
    asked += 1;
  });
  victimHost = await listening(victim);
  receiver = createServer((_, response) => {
    delivered += 1;
    response.writeHead(307, { location: `http://${victimHost}/` }).end();
  });
  receiverHost = await listening(receiver);
  const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
  coordinator = await createCoordinator(
    parseConfig({
      port: 0,
      log: 'silent',
      enrolmentTokens: [enrolmentToken],
      operatorTokens,
      alerts: { webhooks: [{ url: `http://${receiverHost}/notices`, secret }] },
    }),
    [lineTask({ schedule: { every: '1 d' } })],
    { clock: systemClock, random: systemRandom },
  );
});

afterEach(async () => {
  await coordinator.stop();
  receiver.close();
  victim.close();
});

const test = (body: unknown, path = '/webhooks/test') =>
  askAs('admin', coordinator.url, path, { method: 'POST', body });

it('no operator points the coordinator at a host that its configuration does not name', async () => {
  const url = `http://${victimHost}/`;
  const attempts = [
    await test({ host: victimHost }),
    await test({ host: url }),
    await test({ host: `${receiverHost}@${victimHost}` }),
    await test({ host: `${receiverHost}#@${victimHost}` }),
    await test({ host: `${receiverHost}\r\nHost: ${victimHost}` }),
    await test({ url }),
    await test({ host: [receiverHost, victimHost] }),
    await test({ host: victimHost }, `/webhooks/test?host=${victimHost}&url=${encodeURIComponent(url)}`),
  ];
  for (const { status, body } of attempts) {
    expect(status).toBeGreaterThanOrEqual(400);
    expect(status).toBeLessThan(500);
    expect(JSON.stringify(body)).not.toContain('inner network');
  }
  expect([asked, delivered]).toEqual([0, 0]);
});

it('a receiver that redirects leads it nowhere, and shows nothing of what is there', async () => {
  const { status, body } = await test({ host: receiverHost, url: `http://${victimHost}/` });
  // Fields besides are refused or left out; without them the test notice itself goes to the receiver alone.
  const outcome = status === 200 ? { status, body } : await test({ host: receiverHost });
  expect(outcome).toMatchObject({ status: 200, body: { isDelivered: false } });
  expect(JSON.stringify([body, outcome.body])).not.toContain('inner network');
  expect([asked, delivered]).toEqual([0, 1]);
});
