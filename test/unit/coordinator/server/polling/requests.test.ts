import { connect } from 'node:net';
import { checkInAnswer } from '@murmuration/protocol/messages/check-in';
import { decodeAck, encodeFrame } from '@murmuration/protocol/messages/frame';
import { connectionHeader, connectionsPath, newestHeader } from '@murmuration/protocol/messages/polling';
import { afterEach, describe, expect, it } from 'vitest';
import { openPolled, type PolledScene } from './scene.ts';

let scene: PolledScene;

afterEach(() => scene.close());

const checkIn = encodeFrame({ task: 'line', conditions: {} }) as Uint8Array<ArrayBuffer>;

/** The code of a problem document, with what came with it. */
async function problemOf(answer: Promise<Response> | Response) {
  const { status, headers, ...rest } = await Promise.resolve(answer).then(async response => ({
    status: response.status,
    headers: response.headers,
    body: (await response.json()) as { code: string; detail: string },
  }));
  return { status, code: rest.body.code, detail: rest.body.detail, after: headers.get('retry-after') };
}
const codeOf = async (answer: Promise<Response> | Response) => (await problemOf(answer)).code;

describe('a connection over plain HTTP', () => {
  it('HT1: opens with a challenge and a token of its own, which no cache keeps', async () => {
    scene = await openPolled();
    const open = () => fetch(scene.url + connectionsPath, { method: 'POST' });
    const [one, other] = [await open(), await open()];
    expect([one.status, one.headers.get('cache-control')]).toEqual([201, 'no-store']);
    const tokens = [one, other].map(({ headers }) => headers.get(connectionHeader));
    expect(tokens[0]).toMatch(/^[\w-]{43}$/);
    expect(tokens[0]).not.toBe(tokens[1]);
    expect(new Uint8Array(await one.arrayBuffer())).not.toEqual(new Uint8Array(await other.arrayBuffer()));
  });

  it('HT1: is read by nobody who does not have its token', async () => {
    scene = await openPolled();
    const [device, other] = [await scene.known(), await scene.known()];
    const { token } = device;
    const wrong = [other.token.slice(0, -1), token.slice(0, -2), `${token}x`, 'polled 1', device.id!, ''];
    for (const guess of [...wrong, 'A'.repeat(43)]) {
      expect(await codeOf(device.poll(0, 0, guess)), guess).toBe('request.not-found');
      expect(await codeOf(device.post('check-in', checkIn, 'key', guess)), guess).toBe('request.not-found');
    }
    // A cursor of one's own says nothing of another's messages.
    expect((await other.poll(1, 0)).status).toBe(204);
    expect(scene.refused).toEqual(Array(14).fill('request.not-found'));
    expect(await device.checkIn()).toEqual({ decision: 'waiting' });
  });

  it('HT1: is a stranger\u2019s before its hello, who gets nothing and whose frames are not read', async () => {
    scene = await openPolled();
    const device = await scene.device();
    for (const event of ['check-in', 'keys', 'shares', 'agree', 'reveal', 'leave', 'forget', 'predict'])
      expect(await codeOf(device.post(event, new Uint8Array(500_000))), event).toBe('device.not-identified');
    expect(await codeOf(device.post('hello', new Uint8Array(1_025)))).toBe('request.too-large');
    expect(await codeOf(device.post('enrol', new Uint8Array(16_385)))).toBe('request.too-large');
    await device.enrol();
    await device.hello();
  });

  it('HT6: finds its place among so many, in all and of one address, and so many strangers', async () => {
    scene = await openPolled({ polled: 3, polledPerAddress: 2 });
    const open = () => fetch(scene.url + connectionsPath, { method: 'POST' });
    const device = await scene.known();
    await scene.device();
    expect(await problemOf(open())).toMatchObject({ status: 503, code: 'server.busy', after: '2' });
    device.disconnect();
    await expect.poll(() => scene.polled.size, { interval: 1 }).toBe(1);
    expect((await open()).status).toBe(201);
    await scene.close();

    scene = await openPolled({ strangers: 1 });
    const stranger = await scene.device();
    expect(await codeOf(open())).toBe('server.busy');
    await stranger.enrol();
    await stranger.hello();
    expect((await open()).status).toBe(201);
  });
});

describe('a request on plain HTTP', () => {
  it('HT2: is acted upon once, however often it comes, and gets the same answer', async () => {
    let checkIns = 0;
    let answer!: () => void;
    const answered = new Promise<void>(resolve => {
      answer = resolve;
    });
    scene = await openPolled(
      {},
      {
        checkIn: () => ({ decision: 'later', after: 1_000 + ++checkIns, reason: 'so' }),
        leave: () => {
          checkIns += 1;
          return answered;
        },
      },
    );
    const device = await scene.known();
    const post = async (key: string) =>
      new Uint8Array(await (await device.post('check-in', checkIn, key)).arrayBuffer());
    const first = await post('same');
    expect(await post('same')).toEqual(first);
    expect(await post('other')).not.toEqual(first);
    expect(checkIns).toBe(2);
    // Also one that comes again while the first still waits for its answer.
    const leave = encodeFrame({ round: 'R'.repeat(22), assignment: 'A'.repeat(22), reason: '' });
    const twice = ['l', 'l'].map(key => device.post('leave', leave as Uint8Array<ArrayBuffer>, key));
    await expect.poll(() => checkIns, { interval: 1 }).toBe(3);
    answer();
    for (const each of await Promise.all(twice)) expect(each.status).toBe(200);
    expect(checkIns).toBe(3);
    expect(await problemOf(device.post('leave', checkIn, 'same'))).toMatchObject({
      status: 400,
      code: 'request.invalid',
    });
    // Seventeen newer ones later nothing is known of it.
    for (let index = 0; index < 17; index++) await device.post('hello', new Uint8Array(1), `n${index}`);
    for (let index = 0; index < 17; index++) await post(`o${index}`);
    expect(await post('same')).not.toEqual(first);
  });

  it('HT2: is acted upon again where it was refused', async () => {
    let isThere = false;
    scene = await openPolled(
      {},
      {
        checkIn() {
          if (!isThere) throw new Error('The store is gone.');
          return { decision: 'waiting' };
        },
      },
    );
    const device = await scene.known();
    expect(await problemOf(device.post('check-in', checkIn, 'k'))).toMatchObject({
      status: 500,
      code: 'server.internal',
      detail: 'The coordinator failed; its log has the reason.',
    });
    isThere = true;
    const answer = await device.post('check-in', checkIn, 'k');
    expect(decodeAck(new Uint8Array(await answer.arrayBuffer()), checkInAnswer)).toEqual({
      decision: 'waiting',
    });
  });

  it('HT2: brings a key, and a frame, and what it brings else is refused and costs nothing', async () => {
    scene = await openPolled();
    const device = await scene.known();
    for (const key of ['', ' ', 'a b', 'x'.repeat(65), '\u00e4'])
      expect(await codeOf(device.post('check-in', checkIn, key)), key).toBe('request.invalid');
    const bodies: readonly [BodyInit, string][] = [
      [new Uint8Array(0), 'protocol.frame'],
      [Uint8Array.of(0xc1), 'protocol.frame'],
      [checkIn.slice(0, -1), 'protocol.frame'],
      [encodeFrame({ task: 'line' }) as Uint8Array<ArrayBuffer>, 'request.invalid'],
      ['{"task":"line","conditions":{}}', 'protocol.frame'],
      [new Uint8Array(2_049), 'request.too-large'],
    ];
    for (const [body, code] of bodies) expect(await codeOf(device.post('check-in', body)), code).toBe(code);
    expect(await codeOf(device.post('nonsense', checkIn))).toBe('request.not-found');
    expect(await device.checkIn()).toEqual({ decision: 'waiting' });
  });

  it('HT2: of which half comes is not acted upon, and its connection is as good as ever', async () => {
    let checkIns = 0;
    scene = await openPolled(
      {},
      {
        checkIn() {
          checkIns += 1;
          return { decision: 'waiting' };
        },
      },
    );
    const device = await scene.known();
    const { port } = new URL(scene.url);
    const socket = connect(Number(port), '127.0.0.1');
    socket.write(
      `POST /v1/connection/check-in HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${device.token}\r\ncontent-type: application/octet-stream\r\nidempotency-key: k\r\ncontent-length: ${checkIn.length}\r\n\r\n`,
    );
    socket.write(checkIn.subarray(0, 5));
    await new Promise<void>(resolve => socket.end(resolve));
    await new Promise<void>(resolve => socket.once('close', () => resolve()).resume());
    expect(checkIns).toBe(0);
    const answer = await device.post('check-in', checkIn, 'k');
    expect(answer.status).toBe(200);
    expect(checkIns).toBe(1);
  });

  it('HT4: to check in says when to come again, in seconds as well', async () => {
    scene = await openPolled({}, { checkIn: () => ({ decision: 'later', after: 61_001, reason: 'so' }) });
    const device = await scene.known();
    const answer = await device.post('check-in', checkIn);
    expect([answer.status, answer.headers.get('retry-after'), answer.headers.get(newestHeader)]).toEqual([
      200,
      '62',
      '1',
    ]);
  });

  it('HT6: is refused where a device sends too many, on whatever connections', async () => {
    scene = await openPolled({ messages: { burst: 2, perSecond: 1 } });
    const device = await scene.known();
    await device.post('check-in', checkIn);
    await device.post('check-in', checkIn);
    expect(await problemOf(device.post('check-in', checkIn))).toMatchObject({
      status: 429,
      code: 'request.too-often',
      after: '1',
    });
    expect(scene.refused).toEqual(['request.too-often']);
  });

  it('HT1: may come from a page of an origin that is listed, and from no other', async () => {
    scene = await openPolled();
    const preflight = async (origin: string, path: string, method: string) => {
      const { headers } = await fetch(scene.url + path, {
        method: 'OPTIONS',
        headers: { origin, 'access-control-request-method': method },
      });
      return (
        headers.get('access-control-allow-origin') === origin &&
        headers.get('access-control-allow-methods')!.includes(method)
      );
    };
    const origins = ['https://app.example', 'https://evil.example'];
    const asked = async (path: string, method: string) =>
      Promise.all(origins.map(origin => preflight(origin, path, method)));
    for (const path of ['/v1/connections', '/v1/connection/check-in', '/v1/connection/messages?after=1'])
      expect(await asked(path, 'POST'), path).toEqual([true, false]);
    expect(await asked('/v1/connections-of-others', 'POST')).toEqual([false, false]);
  });
});
