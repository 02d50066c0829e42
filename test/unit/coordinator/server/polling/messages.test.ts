import type { ModelHash, RoundId, TaskName } from '@murmuration/protocol/ids/ids';
import { decodeFrame } from '@murmuration/protocol/messages/frame';
import { serve } from '@murmuration/protocol/messages/hello';
import { eventHeader, newestHeader, numberHeader } from '@murmuration/protocol/messages/polling';
import { afterEach, describe, expect, it } from 'vitest';
import type { PollingDevice } from '../../../../e2e/polling-device.ts';
import { openPolled, type PolledScene } from './scene.ts';

let scene: PolledScene;

afterEach(() => scene.close());

const [first, second] = ['a'.repeat(64), 'b'.repeat(64)] as [ModelHash, ModelHash];

/** The coordinator has something to say to all: a model to serve. */
function say(model: ModelHash): void {
  scene.connections.announce('line' as TaskName, () => model);
}

/** What a poll brings: the number of a message and the model in it; or its status. */
async function heard(answer: Promise<Response>): Promise<readonly [number, string] | number> {
  const response = await answer;
  const bytes = new Uint8Array(await response.arrayBuffer());
  if (response.status !== 200) return response.status;
  expect(response.headers.get(eventHeader)).toBe('serve');
  return [Number(response.headers.get(numberHeader)), decodeFrame(bytes, serve).model!];
}

async function codeOf(answer: Promise<Response>): Promise<string> {
  return ((await (await answer).json()) as { code: string }).code;
}

/** Waits until a poll waits at the coordinator. */
const polling = () => expect.poll(() => scene.polled.polls, { interval: 1 }).toBe(1);
/** Waits until the coordinator has noticed the end of the last request. */
const quiet = () => expect.poll(() => scene.clock.pending, { interval: 1 }).toBe(1);

describe('a message on plain HTTP', () => {
  it('HT3: is given to whoever waits for it, and to whoever asks later', async () => {
    scene = await openPolled();
    const device = await scene.known();
    const waiting = heard(device.poll());
    await polling();
    say(first);
    expect(await waiting).toEqual([2, first]);
    say(second);
    expect(await heard(device.poll(2))).toEqual([3, second]);
  });

  it('HT3: comes again until its device says that it has read it, and never after that', async () => {
    scene = await openPolled();
    const device = await scene.known();
    say(first);
    say(second);
    for (let time = 0; time < 3; time++) expect(await heard(device.poll(1))).toEqual([2, first]);
    expect(await heard(device.poll(2))).toEqual([3, second]);
    expect(await codeOf(device.poll(1))).toBe('request.invalid');
    expect(await heard(device.poll(2))).toEqual([3, second]);
    expect(await heard(device.poll(3, 0))).toBe(204);
  });

  it('HT3: is lost by nobody who asks for one that there is not', async () => {
    scene = await openPolled();
    const device = await scene.known();
    say(first);
    for (const after of ['3', '9007199254740991', '9007199254740993', '-1', '1.5', 'x', ''])
      expect(await codeOf(device.poll(after as never)), after).toBe('request.invalid');
    expect(await heard(device.poll(1))).toEqual([2, first]);
  });

  it('HT3: is waited for no longer than is asked, and by one poll at a time', async () => {
    scene = await openPolled();
    const device = await scene.known();
    const older = device.poll();
    await polling();
    const newer = device.poll(1, 25);
    expect(await heard(older)).toBe(204);
    await polling();
    await scene.clock.advance(24_999);
    expect(scene.polled.polls).toBe(1);
    await scene.clock.advance(1);
    const answer = await newer;
    expect([answer.status, answer.headers.get(newestHeader)]).toEqual([204, '1']);
    expect(await codeOf(device.poll(1, 26))).toBe('request.invalid');
  });

  it('HT3: waits for a device whose poll broke off', async () => {
    scene = await openPolled();
    const device = await scene.known();
    const broken = new AbortController();
    const poll = device.poll(1, 25, device.token, broken.signal).catch(() => 'broken');
    await polling();
    broken.abort();
    expect(await poll).toBe('broken');
    await expect.poll(() => scene.polled.polls, { interval: 1 }).toBe(0);
    say(first);
    expect(await heard(device.poll())).toEqual([2, first]);
  });

  it('HT5: costs the connection where too many bytes of them are left unread', async () => {
    scene = await openPolled({ outgoing: 400 });
    const [deaf, other] = [await scene.known(), await scene.known()];
    for (let time = 0; time < 6; time++) {
      say(first);
      await heard(other.poll(time + 1)).then(message => expect(message).toEqual([time + 2, first]));
    }
    expect(scene.refused).toEqual(['device.unread']);
    expect(scene.connections.isConnected(deaf.id!)).toBe(false);
    expect(await codeOf(deaf.poll())).toBe('request.not-found');
    expect(scene.connections.isConnected(other.id!)).toBe(true);
  });
});

describe('a connection over plain HTTP', () => {
  /** A device whose last request is over. */
  async function silent(): Promise<PollingDevice> {
    scene = await openPolled();
    const device = await scene.known();
    await quiet();
    return device;
  }

  it('HT5: is lost where its device asks nothing for twenty seconds', async () => {
    const device = await silent();
    await scene.clock.advance(19_999);
    expect(scene.connections.isConnected(device.id!)).toBe(true);
    await scene.clock.advance(1);
    expect(scene.connections.isConnected(device.id!)).toBe(false);
    expect(await codeOf(device.poll())).toBe('request.not-found');
  });

  it('HT5: is kept by a poll that waits, and lost two seconds after one that broke off', async () => {
    const device = await silent();
    const broken = new AbortController();
    device.poll(1, 25, device.token, broken.signal).catch(() => {});
    await polling();
    await scene.clock.advance(24_000);
    expect(scene.connections.isConnected(device.id!)).toBe(true);
    broken.abort();
    await expect.poll(() => scene.polled.polls, { interval: 1 }).toBe(0);
    await quiet();
    await scene.clock.advance(1_999);
    expect(scene.connections.isConnected(device.id!)).toBe(true);
    await scene.clock.advance(1);
    expect(scene.connections.isConnected(device.id!)).toBe(false);
  });

  it('HT5: is ended by its device, and by a newer one, which hears what was said meanwhile', async () => {
    scene = await openPolled();
    const older = await scene.known();
    const waiting = codeOf(older.poll());
    await polling();
    const newer = await scene.device();
    Object.assign(newer, { id: older.id, key: older.key });
    await newer.hello();
    expect(await waiting).toBe('request.not-found');
    expect(scene.connections.isConnected(newer.id!)).toBe(true);
    newer.disconnect();
    await expect.poll(() => scene.connections.isConnected(newer.id!), { interval: 1 }).toBe(false);
    const round = 'R'.repeat(22) as RoundId;
    scene.connections.end(newer.id!, { round, outcome: 'failed', reason: 'over', after: 5 });
    await newer.open();
    await newer.challenged();
    await newer.hello();
    expect((await newer.poll()).headers.get(eventHeader)).toBe('round-end');
    // That a poll ends is no refusal; that a device is replaced is.
    expect(scene.refused).toEqual(['device.replaced']);
  });

  it('HT5: can be read to the end where the coordinator closes it', async () => {
    scene = await openPolled();
    const device = await scene.known();
    say(first);
    scene.connections.disconnect(device.id!, 'device.revoked');
    expect(scene.connections.isConnected(device.id!)).toBe(false);
    expect(await codeOf(device.post('leave', new Uint8Array(1)))).toBe('request.not-found');
    expect(await heard(device.poll())).toEqual([2, first]);
    expect(await codeOf(device.poll(2))).toBe('request.not-found');
  });

  it('HT5: answers its poll where the coordinator stops', async () => {
    scene = await openPolled();
    const device = await scene.known();
    const waiting = codeOf(device.poll());
    await polling();
    scene.polled.close();
    expect(await waiting).toBe('request.not-found');
    expect(await codeOf(fetch(`${scene.url}/v1/connections`, { method: 'POST' }))).toBe('server.stopping');
  });
});
