import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { deviceEvents } from '@murmuration/protocol/messages/channel';
import { decodeAck, encodeFrame } from '@murmuration/protocol/messages/frame';
import { challengeMessage, enrolled } from '@murmuration/protocol/messages/hello';
import { protocolVersion } from '@murmuration/protocol/messages/version';
import { native } from '@murmuration/protocol/primitives/node';
import * as z from 'zod/mini';
import { enrolmentToken } from '../../e2e/line.ts';
import { type Answer, BareSocket } from './bare-socket.ts';
import { mutateBytes, mutateValue } from './mutate.ts';
import { hexOf } from './tally.ts';
import type { World } from './world.ts';

/** Refusals before a frame was decoded. */
const undecoded: ReadonlySet<unknown> = new Set([
  'protocol.frame',
  'request.too-large',
  'request.too-often',
  'request.too-many',
]);

/** Sends events with garbage in them over one connection after the other, as an enrolled device or as a stranger. */
export async function fuzzSocket(world: World, isStranger: boolean): Promise<void> {
  const { dice, tally } = world;
  while (!tally.isDone) {
    const socket = await BareSocket.open(world.url);
    const device = new Garbler(world, socket);
    if (!isStranger) await device.join();
    for (let left = 1 + dice.below(2_000); left > 0 && socket.isOpen && !tally.isDone; left--)
      await device.send();
    await socket.close();
  }
}

class Garbler {
  readonly #world: World;
  readonly #socket: BareSocket;
  readonly #key;
  #id: string | undefined;

  constructor(world: World, socket: BareSocket) {
    this.#world = world;
    this.#socket = socket;
    this.#key = native.ed25519.signingKey(world.dice.bytes(32));
  }

  /** Enrols, says hello, and checks in now and then. */
  async join(): Promise<void> {
    const answer = await this.#ask('enrol', encodeFrame(this.#valid('enrol')));
    if (answer.type === 'ack') this.#id = decodeAck(answer.frame, enrolled).device;
    await this.#ask('hello', encodeFrame(this.#valid('hello')));
    if (this.#world.dice.chance(0.2)) await this.#ask('check-in', encodeFrame(this.#valid('check-in')));
  }

  /** One message: its structure, its bytes, its packet or nothing changed. */
  async send(): Promise<void> {
    const { dice, tally } = this.#world;
    const event = dice.chance(0.03)
      ? dice.pick(['', 'error', '__proto__', 'constructor', 'challenge', 5, 'x'.repeat(1_000)])
      : dice.pick(deviceEvents);
    const message = this.#valid(String(event));
    const manner = dice.weighted({ structure: 60, twice: 10, bytes: 20, packet: 5, valid: 5 });
    let frame: Uint8Array = new Uint8Array(0);
    if (manner === 'structure') frame = encode(mutateValue(dice, message));
    else if (manner === 'twice') frame = encode(mutateValue(dice, mutateValue(dice, message)));
    else if (manner === 'bytes') frame = mutateBytes(dice, encodeFrame(message));
    else frame = encodeFrame(message);
    tally.sent(`event ${JSON.stringify(event)}`, frame);
    const answer =
      manner === 'packet' ? await this.#askOddly(event, frame) : await this.#socket.ask(event, [frame]);
    this.#count(answer, () => `event ${JSON.stringify(event)} ${hexOf(frame)}`);
  }

  /** The frame is there twice, not at all, as text, or beside other arguments. */
  #askOddly(event: unknown, frame: Uint8Array): Promise<Answer> {
    const { dice } = this.#world;
    const hole = { _placeholder: true, num: 0 };
    switch (dice.below(6)) {
      case 0:
        return this.#socket.ask(event, []);
      case 1:
        return this.#socket.ask(event, [frame, frame]);
      case 2:
        return this.#socket.ask(event, [], [Buffer.from(frame).toString('latin1')]);
      case 3:
        return this.#socket.ask(event, [frame], [hole, hole, { a: [hole] }]);
      case 4:
        return this.#socket.ask(event, [], [{ type: 'Buffer', data: [...frame.subarray(0, 50)] }]);
      default:
        return this.#socket.ask(event, [], [[[[[[]]]]], null, -1]);
    }
  }

  async #ask(event: string, frame: Uint8Array): Promise<Answer> {
    this.#world.tally.sent(`event ${event}`, frame);
    const answer = await this.#socket.ask(event, [frame]);
    this.#count(answer, () => `event ${event} ${hexOf(frame)}`);
    return answer;
  }

  #count(answer: Answer, what: () => string): void {
    const { tally } = this.#world;
    if (answer.type === 'closed') tally.closed += 1;
    else if (answer.type === 'silence') tally.silent(what());
    else {
      const code = codeOf(answer.frame);
      tally.answered(code, !undecoded.has(code), what);
    }
  }

  /** What a device could say now. */
  #valid(event: string): Record<string, unknown> {
    const { dice } = this.#world;
    const { nonce } = this.#socket;
    const { round, assignment } = this.#world.assignment();
    const sign = (purpose: 'enrol' | 'hello') => this.#key.sign(challengeMessage(purpose, nonce));
    switch (event) {
      case 'enrol':
        return {
          protocol: protocolVersion,
          publicKey: this.#key.publicKey,
          token: enrolmentToken,
          signature: sign('enrol'),
        };
      case 'hello':
        return {
          protocol: protocolVersion,
          device: this.#id ?? 'A'.repeat(22),
          signature: sign('hello'),
          sdk: '0.0.1',
          platform: 'other',
        };
      case 'check-in':
        return {
          task: dice.pick(['line', 'masked', 'plain']),
          conditions: { idle: true, charging: true },
        };
      case 'leave':
        return { round, assignment, reason: 'had enough' };
      case 'forget':
        return { device: this.#id ?? 'A'.repeat(22) };
      case 'predict':
        return { task: dice.pick(['line', 'masked', 'plain']), version: 'latest', input: [0.5] };
      default:
        return { round, assignment, message: dice.bytes(dice.pick([0, 1, 64, 128, 336, 456, 696])) };
    }
  }
}

/** A frame of anything; of what can't be written by an encoder that stops at some depth, a tower. */
function encode(value: unknown): Uint8Array {
  try {
    return encodeFrame(value);
  } catch {
    return Uint8Array.of(...new Array<number>(40).fill(0x91), 0xc0);
  }
}

/** undefined for an answer that takes what was sent. */
export function codeOf(frame: Uint8Array): unknown {
  try {
    decodeAck(frame, z.unknown());
    return undefined;
  } catch (error) {
    return error instanceof MurmurationError ? error.code : String(error);
  }
}
