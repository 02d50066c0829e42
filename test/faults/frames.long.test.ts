import { type DeviceEvent, deviceEvents } from '@murmuration/protocol/messages/channel';
import { decodeAck, encodeFrame } from '@murmuration/protocol/messages/frame';
import { protocolVersion } from '@murmuration/protocol/messages/version';
import { afterEach, describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import type { RawDevice } from '../e2e/raw-device.ts';
import { scenes } from './scene.ts';

const open = scenes(afterEach);
const id = 'A'.repeat(22);
const bytes = (length: number) => new Uint8Array(length);

/** A frame of each event that nothing is wrong with, but that it is not of this device. */
const good: Record<DeviceEvent, Record<string, unknown>> = {
  enrol: { protocol: protocolVersion, publicKey: bytes(32), token: 'a token', signature: bytes(64) },
  hello: { protocol: protocolVersion, device: id, signature: bytes(64), sdk: '0.1.0', platform: 'other' },
  'check-in': { task: 'line', conditions: {} },
  keys: { round: id, assignment: id, message: bytes(128) },
  shares: { round: id, assignment: id, message: bytes(96) },
  agree: { round: id, assignment: id, message: bytes(64) },
  reveal: { round: id, assignment: id, message: bytes(96) },
  leave: { round: id, assignment: id, reason: '' },
  forget: { device: id },
  predict: { task: 'line', version: 'latest', input: [1] },
};

/** MessagePack of a map with one key, whatever the key. */
const mapOf = (name: string, value: Uint8Array) =>
  Uint8Array.of(0x81, 0xa0 + name.length, ...Buffer.from(name), ...value);

const frames: Record<string, [make: (event: DeviceEvent) => unknown, code: string]> = {
  'garbage bytes': [() => Uint8Array.of(0xc1, 0xff, 0x00, 0x93), 'protocol.frame'],
  'an empty frame': [() => bytes(0), 'protocol.frame'],
  'a truncated frame': [event => encodeFrame(good[event]).subarray(0, -1), 'protocol.frame'],
  'a frame with more behind it': [
    event => Buffer.concat([encodeFrame(good[event]), bytes(1)]),
    'protocol.frame',
  ],
  'an oversized frame': [event => encodeFrame({ ...good[event], more: bytes(16_300) }), 'request.too-large'],
  'a missing field': [event => encodeFrame(without(good[event])), 'request.invalid'],
  'an extra field': [event => encodeFrame({ ...good[event], more: 1 }), 'request.invalid'],
  'a __proto__': [() => mapOf('__proto__', mapOf('polluted', Uint8Array.of(0xc3))), 'protocol.frame'],
  'a constructor': [
    event => encodeFrame({ ...good[event], constructor: { prototype: {} } }),
    'request.invalid',
  ],
  'deep nesting': [() => Uint8Array.of(...new Array<number>(200).fill(0x91), 0xc0), 'protocol.frame'],
  'an array of what it only announces': [() => Uint8Array.of(0xdd, 0, 0, 0x40, 0), 'protocol.frame'],
  'text instead of bytes': [() => '{"task":"line"}', 'protocol.frame'],
};

function without(message: Record<string, unknown>): object {
  const [[first], ...rest] = Object.entries(message) as [[string, unknown], ...[string, unknown][]];
  expect(first).toBeTypeOf('string');
  return Object.fromEntries(rest);
}

async function codeOf(device: RawDevice, event: string, frame: unknown): Promise<string> {
  try {
    decodeAck(await device.send(event, frame), z.unknown());
    return 'taken';
  } catch (error) {
    return (error as { code: string }).code;
  }
}

describe.each(Object.entries(frames))('%s', (_, [make, code]) => {
  it('is refused in every event, of a stranger and of a member, beside a round that is published', async () => {
    const scene = await open({ members: 1 });
    const stranger = await scene.stranger();
    const [part] = await scene.begin();
    for (const device of [stranger, scene.members[0]!])
      for (const event of deviceEvents) expect(await codeOf(device, event, make(event)), event).toBe(code);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
    // The connection lives on, and so does the part of its device.
    expect((await scene.members[0]!.upload(part!, await scene.update())).status).toBe(200);
    expect(await scene.finish()).toMatchObject({
      outcome: 'published',
      tally: { accepted: 4, rejected: 0, lost: 0 },
    });
  });
});
