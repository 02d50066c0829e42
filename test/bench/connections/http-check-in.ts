import { Agent, request } from 'node:http';
import type { Socket } from 'node:net';
import { checkInAnswer } from '@murmuration/protocol/messages/check-in';
import { decodeAck, decodeFrame, encodeFrame } from '@murmuration/protocol/messages/frame';
import { challenge, challengeMessage } from '@murmuration/protocol/messages/hello';
import { protocolVersion } from '@murmuration/protocol/messages/version';
import { type LightDevice, loopbackAddress } from '../light-device.ts';

/** Addresses that devices come from: as behind a proxy, whose connections stay open. */
const addresses = 64;
const agent = new Agent({ keepAlive: true });

/** What a check-in came to, and what it moved, headers included. */
export interface CheckInByHttp {
  readonly decision: 'waiting' | 'later';
  readonly up: number;
  readonly down: number;
}

/** What a device does that holds no connection: it opens one (HT1), says hello, checks in and ends it (HT5). */
export async function checkInByHttp(
  url: string,
  { id, key }: LightDevice,
  number: number,
  task: string,
): Promise<CheckInByHttp> {
  const localAddress = loopbackAddress(number % addresses);
  const moved = { up: 0, down: 0 };
  const opened = await ask(`${url}/v1/connections`, { method: 'POST', localAddress, moved });
  const authorization = `Bearer ${opened.token}`;
  const send = (event: string, message: unknown) =>
    ask(`${url}/v1/connection/${event}`, {
      method: 'POST',
      localAddress,
      headers: { authorization, 'idempotency-key': event, 'content-type': 'application/octet-stream' },
      body: encodeFrame(message),
      moved,
    });
  const { nonce } = decodeFrame(opened.body, challenge);
  const signature = key.sign(challengeMessage('hello', nonce));
  await send('hello', { protocol: protocolVersion, device: id, signature, sdk: '0.1.0', platform: 'other' });
  const { body } = await send('check-in', { task, conditions: {} });
  await ask(`${url}/v1/connection`, {
    method: 'DELETE',
    localAddress,
    headers: { authorization },
    moved,
  });
  return { decision: decodeAck(body, checkInAnswer).decision, ...moved };
}

interface Asking {
  readonly method: 'POST' | 'DELETE';
  readonly localAddress: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  /** Counts the bytes of request and answer. */
  readonly moved: { up: number; down: number };
}

function ask(url: string, { body, moved, ...options }: Asking) {
  return new Promise<{ readonly body: Uint8Array; readonly token: string }>((resolve, reject) => {
    const asked = request(url, { ...options, agent }, answer => {
      const parts: Buffer[] = [];
      answer.on('data', (part: Buffer) => parts.push(part));
      answer.once('end', () => {
        moved.up += (socket?.bytesWritten ?? 0) - before.up;
        moved.down += (socket?.bytesRead ?? 0) - before.down;
        const body = new Uint8Array(Buffer.concat(parts));
        const { statusCode = 0, headers } = answer;
        if (statusCode >= 300) reject(new Error(`${url}: ${statusCode} ${Buffer.from(body)}`));
        else resolve({ body, token: String(headers['murmuration-connection']) });
      });
    });
    let socket: Socket | undefined;
    let before = { up: 0, down: 0 };
    asked.once('socket', given => {
      socket = given;
      before = { up: given.bytesWritten, down: given.bytesRead };
    });
    asked.once('error', reject);
    asked.end(body);
  });
}
