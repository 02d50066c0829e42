import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseConfig } from '@murmuration/coordinator/assembly/config';
import { type Coordinator, createCoordinator } from '@murmuration/coordinator/assembly/main';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { Webhook as Verifier } from 'standardwebhooks';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { enrolmentToken, lineTask } from './line.ts';

interface Message {
  readonly type: string;
  readonly data: { readonly link: string; readonly rule: string };
}

const secret = `whsec_${Buffer.alloc(24, 3).toString('base64')}`;
const clock = new VirtualClock(Date.now());
const messages: Message[] = [];
let receiver: Server;
let coordinator: Coordinator | undefined;

beforeEach(async () => {
  receiver = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    messages.push(new Verifier(secret).verify(body, request.headers as Record<string, string>) as Message);
    response.end();
    receiver.emit('message');
  });
  receiver.listen(0, '127.0.0.1');
  await once(receiver, 'listening');
});

afterEach(async () => {
  await coordinator?.stop();
  receiver.closeAllConnections();
  receiver.close();
  messages.length = 0;
});

async function open(publicUrl?: string): Promise<Coordinator> {
  const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`;
  const alerts = { roundsFailing: 2, webhooks: [{ url, secret }] };
  const config = { port: 0, log: 'silent', enrolmentTokens: [enrolmentToken], alerts, publicUrl };
  coordinator = await createCoordinator(parseConfig(config), [lineTask()], { clock, random: systemRandom });
  await coordinator.start();
  return coordinator;
}

it('tells a webhook of rounds that fail, and that they are no longer watched once the task is paused', async () => {
  const { url, control } = await open();
  await clock.advance(10_000);
  while (messages.length < 1) await once(receiver, 'message');
  expect(messages).toMatchObject([
    { type: 'alert.raised', data: { rule: 'rounds-failing', link: `${url}/#/fleet/rounds/line/2` } },
  ]);
  await control.pause('line' as never);
  while (messages.length < 2) await once(receiver, 'message');
  expect(messages[1]).toMatchObject({ type: 'alert.resolved' });
});

it('links to the address that operators use, where the configuration names it', async () => {
  await open('https://learn.example.org');
  await clock.advance(10_000);
  while (messages.length < 1) await once(receiver, 'message');
  expect(messages[0]!.data.link).toBe('https://learn.example.org/#/fleet/rounds/line/2');
});
