import type { DeviceId } from '@murmuration/protocol/ids/ids';
import type { CoordinatorEvents, DeviceEvent } from '@murmuration/protocol/messages/channel';
import { checkInAnswer } from '@murmuration/protocol/messages/check-in';
import { decodeAck, decodeFrame, encodeFrame } from '@murmuration/protocol/messages/frame';
import { challenge, challengeMessage, enrolled, welcome } from '@murmuration/protocol/messages/hello';
import { type Assignment, decodeAssignment } from '@murmuration/protocol/messages/round';
import { protocolVersion } from '@murmuration/protocol/messages/version';
import { native } from '@murmuration/protocol/primitives/node';
import type { SigningKey } from '@murmuration/protocol/primitives/primitives';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import * as z from 'zod/mini';
import { enrolmentToken } from './e2e/line.ts';

/** A device without the SDK, which sends whatever it is told to; what carries its frames is for its class to say. */
export abstract class ProtocolDevice {
  readonly key: SigningKey;
  id: DeviceId | undefined;
  nonce!: Uint8Array;
  /** Frames that came before they were asked for. */
  readonly #inbox = new Map<string, Uint8Array[]>();
  #arrived: () => void = () => {};
  #arrival!: Promise<void>;

  constructor(key = native.ed25519.signingKey(systemRandom(32))) {
    this.key = key;
    this.#await();
  }

  /** Opens a connection, and waits for the challenge. */
  abstract connect(): Promise<this>;

  /** Ends the connection. */
  abstract disconnect(): void;

  /** Why the connection was closed. */
  abstract closed(): Promise<string>;

  /** The answer to a frame. */
  abstract send(event: string, frame: unknown): Promise<Uint8Array>;

  /** A frame has come. */
  protected receive(event: string, frame: Uint8Array): void {
    this.#inbox.set(event, [...(this.#inbox.get(event) ?? []), frame]);
    this.#arrived();
    this.#await();
  }

  #await(): void {
    this.#arrival = new Promise(resolve => {
      this.#arrived = resolve;
    });
  }

  /** Waits for the next challenge, which counts from now on. */
  async challenged(): Promise<void> {
    this.nonce = decodeFrame(await this.next('challenge'), challenge).nonce;
  }

  /** Whether a frame of an event has come that nobody has asked for yet. */
  has(event: keyof CoordinatorEvents): boolean {
    return (this.#inbox.get(event)?.length ?? 0) > 0;
  }

  /** The next frame of an event, which may have come already. */
  async next(event: keyof CoordinatorEvents): Promise<Uint8Array> {
    for (;;) {
      const frame = this.#inbox.get(event)?.shift();
      if (frame) return frame;
      await this.#arrival;
    }
  }

  /** The value of the answer; throws the error that a refusal names. */
  async ask<Schema extends z.ZodMiniType>(event: DeviceEvent, message: unknown, answer: Schema) {
    return decodeAck(await this.send(event, encodeFrame(message)), answer);
  }

  async enrol(change: object = {}): Promise<void> {
    const { device } = await this.ask(
      'enrol',
      {
        protocol: protocolVersion,
        publicKey: this.key.publicKey,
        token: enrolmentToken,
        signature: this.key.sign(challengeMessage('enrol', this.nonce)),
        ...change,
      },
      enrolled,
    );
    this.id = device;
  }

  hello(change: object = {}) {
    const signature = this.key.sign(challengeMessage('hello', this.nonce));
    const message = {
      protocol: protocolVersion,
      device: this.id,
      signature,
      sdk: '0.1.0',
      platform: 'other',
      ...change,
    };
    return this.ask('hello', message, welcome);
  }

  /** Has itself forgotten, as it has signed. */
  forget(change: object = {}) {
    const signature = this.key.sign(challengeMessage('forget', this.nonce));
    return this.ask('forget', { device: this.id, signature, ...change }, z.null());
  }

  /** Connects, enrols, says hello and checks in. */
  async join(): Promise<this> {
    await this.connect();
    await this.enrol();
    await this.hello();
    await this.checkIn();
    return this;
  }

  checkIn(change: object = {}) {
    return this.ask('check-in', { task: 'line', conditions: { idle: true }, ...change }, checkInAnswer);
  }

  leave(round: string, part: string) {
    return this.ask('leave', { round, assignment: part, reason: 'had enough' }, z.null());
  }

  async assigned(): Promise<Assignment> {
    return decodeAssignment(await this.next('assignment'));
  }
}
