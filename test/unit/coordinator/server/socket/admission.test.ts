import { decodeAck, encodeFrame } from '@murmuration/protocol/messages/frame';
import { settled } from '@murmuration/protocol/time/virtual-clock';
import { afterEach, describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import type { RawDevice } from '../../../../e2e/raw-device.ts';
import { type GatewayScene, openGateway, until } from './scene.ts';

let scene: GatewayScene;

async function open(...args: Parameters<typeof openGateway>): Promise<void> {
  scene = await openGateway(...args);
}

afterEach(() => scene.close());

describe('a message', () => {
  const code = async (answer: Promise<Uint8Array>): Promise<[string, number | undefined]> => {
    try {
      decodeAck(await answer, z.unknown());
      return ['taken', undefined];
    } catch (error) {
      const { code: name, after } = error as { code: string; after?: number };
      return [name, after];
    }
  };
  const checkIn = encodeFrame({ task: 'line', conditions: {} });

  it('CH9: is refused where a device sends too many, and the connection is not read until it may go on', async () => {
    await open({ messages: { burst: 4, perSecond: 2 } });
    const raw = await scene.known();
    const answers = Array.from({ length: 6 }, () => code(raw.send('check-in', checkIn)));
    expect(await Promise.all(answers)).toEqual([
      ...Array.from({ length: 4 }, () => ['taken', undefined]),
      ['request.too-often', 500],
      ['request.too-often', 500],
    ]);
    let last: [string, number | undefined] | undefined;
    void code(raw.send('check-in', checkIn)).then(answer => {
      last = answer;
    });
    await settled();
    expect(last).toBeUndefined();
    await scene.clock.advance(500);
    await until(() => last !== undefined);
    expect(last).toEqual(['taken', undefined]);
  });

  it('counts for its device on whatever connection, and does not make others wait', async () => {
    await open({ messages: { burst: 2, perSecond: 1 } });
    const raw = await scene.known();
    expect(await code(raw.send('check-in', checkIn))).toEqual(['taken', undefined]);
    expect(await code(raw.send('check-in', checkIn))).toEqual(['taken', undefined]);
    raw.socket.disconnect();
    await raw.connect();
    await raw.hello();
    expect(await code(raw.send('check-in', checkIn))).toEqual(['request.too-often', 1_000]);
    const other = await scene.known();
    expect(await code(other.send('check-in', checkIn))).toEqual(['taken', undefined]);
  });

  it('is refused where its address sends too many', async () => {
    await open({ messagesPerAddress: { burst: 5, perSecond: 1 } });
    const [first, second] = [await scene.known(), await scene.known()];
    expect(await code(first.send('check-in', checkIn))).toEqual(['taken', undefined]);
    expect(await code(second.send('check-in', checkIn))).toEqual(['request.too-often', 1_000]);
  });

  it('that enrols is refused where its address has enrolled too many, and those that are known come in', async () => {
    await open({ enrolmentsPerAddress: { burst: 1, perSecond: 0.1 } });
    const first = await scene.known();
    const second = await scene.device();
    await expect(second.enrol()).rejects.toMatchObject({ code: 'request.too-often', after: 10_000 });
    first.socket.disconnect();
    await first.connect();
    await first.hello();
  });

  it('PR2: that asks for a prediction is refused where its device asks too often, and others are answered', async () => {
    await open({ predictionsPerDevice: { burst: 2, perSecond: 1 } });
    const [raw, other] = [await scene.known(), await scene.known()];
    const ask = (by: RawDevice) =>
      code(by.send('predict', encodeFrame({ task: 'line', version: 'latest', input: [1] })));
    expect(await Promise.all([ask(raw), ask(raw), ask(raw)])).toEqual([
      ['taken', undefined],
      ['taken', undefined],
      ['request.too-often', 1_000],
    ]);
    expect(await ask(other)).toEqual(['taken', undefined]);
  });

  it('is refused where too many of its connection wait for their answers', async () => {
    let letGo = () => {};
    const held = new Promise<void>(resolve => {
      letGo = resolve;
    });
    await open({ inFlight: 2 }, { leave: () => held });
    const raw = await scene.known();
    const id = 'r'.repeat(22);
    const frame = encodeFrame({ round: id, assignment: id, reason: '' });
    const waiting = [code(raw.send('leave', frame)), code(raw.send('leave', frame))];
    expect((await code(raw.send('leave', frame)))[0]).toBe('request.too-many');
    letGo();
    expect(await Promise.all(waiting)).toEqual([
      ['taken', undefined],
      ['taken', undefined],
    ]);
    const next = code(raw.send('leave', frame));
    await scene.clock.advance(1_000);
    expect(await next).toEqual(['taken', undefined]);
  });

  it.each([
    ['no frame', []],
    ['two frames', [checkIn, checkIn]],
    ['text', ['text']],
  ])('with %s is refused with a code', async (_, args) => {
    await open();
    const raw = await scene.known();
    expect(await code(raw.socket.emitWithAck('check-in', ...args))).toEqual(['protocol.frame', undefined]);
  });

  it('is refused where its frame is longer than its event can be', async () => {
    await open();
    const raw = await scene.known();
    expect((await code(raw.send('check-in', new Uint8Array(2_049))))[0]).toBe('request.too-large');
    expect((await code(raw.send('keys', new Uint8Array(1_025))))[0]).toBe('request.too-large');
  });

  it.each(['error', '__proto__', 'constructor', 'challenge', ''])(
    'of the event %j is refused with a code',
    async event => {
      await open();
      const raw = await scene.known();
      expect((await code(raw.send(event, checkIn)))[0]).toBe('request.not-found');
    },
  );
});
