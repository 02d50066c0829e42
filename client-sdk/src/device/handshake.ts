import { base64url } from '@murmuration/protocol/encoding/bytes';
import { MurmurationError, messageOf } from '@murmuration/protocol/errors/errors';
import { type DeviceId, parseDeviceId } from '@murmuration/protocol/ids/ids';
import { decodeAck, encodeFrame } from '@murmuration/protocol/messages/frame';
import {
  type Challenge,
  challengeMessage,
  type Enrol,
  enrolled,
  type Forget,
  type Hello,
  type Welcome,
  welcome,
} from '@murmuration/protocol/messages/hello';
import { protocolVersion } from '@murmuration/protocol/messages/version';
import * as z from 'zod/mini';
import type { Storage } from '../storage/storage.ts';
import type { Transport } from '../transport/transport.ts';
import type { DevicePlatform } from './device-platform.ts';
import { type DeviceIdentity, identityName, loadIdentity } from './identity.ts';
import { sdkVersion } from './sdk-version.ts';

const deviceName = 'device';
/** Name of the entry that exists until the coordinator knows about the erasure. */
const erasureName = 'farewell';

/** Entries that a device needs to request its erasure, kept until then. */
const keptForErasure = [identityName, deviceName, erasureName];

export interface EnrolmentOptions {
  readonly storage: Storage;
  /** Enrolment token that the operator gave to the app, or a function that gets one on demand. */
  readonly enrolment: string | (() => Promise<string>);
  /**
   * Gets the enrolment authority's certificate of this device's key (68 bytes, `certify`), if there is one.
   */
  readonly certificate?: (publicKey: Uint8Array) => Promise<Uint8Array>;
}

type HandshakePlatform = Pick<DevicePlatform, 'name' | 'signingKey' | 'random'> & {
  /** Returns the SHA-256, hexadecimal. */
  readonly contentHash: (bytes: Uint8Array) => string | Promise<string>;
};

/** Identifies this device: enrols it the first time, answers challenges, and requests its erasure. */
export class Handshake {
  readonly #options: EnrolmentOptions;
  readonly #platform: HandshakePlatform;
  readonly #request: Transport['request'];
  #identity: DeviceIdentity | undefined;
  /** App's enrolment token, until the coordinator has accepted or rejected it. */
  #enrolmentToken: string | undefined;

  constructor(options: EnrolmentOptions, platform: HandshakePlatform, request: Transport['request']) {
    this.#options = options;
    this.#platform = platform;
    this.#request = request;
  }

  /** Loads or creates the device's key; must be called first. Throws errors of the storage. */
  async begin(): Promise<void> {
    const { signingKey, random } = this.#platform;
    this.#identity ??= await loadIdentity(this.#options.storage, signingKey, random);
  }

  get identity(): DeviceIdentity {
    return this.#identity!;
  }

  /**
   * Says hello in answer to a challenge. Returns the coordinator's welcome. Throws the error of a refusal.
   */
  async answer({ protocol, nonce }: Challenge): Promise<Welcome> {
    requireVersion(protocol);
    const stored = await this.#device();
    const device = stored ?? (await this.#enrol(nonce));
    try {
      return await this.#prove(device, nonce);
    } catch (error) {
      if (!stored || !hasCode(error, 'device.unknown')) throw error;
      // A coordinator that has lost its devices enrols the same key again.
      return await this.#prove(await this.#enrol(nonce), nonce);
    }
  }

  /**
   * Erases all stored entries; an enrolled device keeps its key until the
   * coordinator knows about the erasure.
   */
  async erase(): Promise<void> {
    const { storage } = this.#options;
    const owes = (await this.#device()) !== undefined;
    if (owes) await storage.put(erasureName, Uint8Array.of(1));
    await storage.clear(owes ? keptForErasure : []);
    this.#enrolmentToken = undefined;
    if (!owes) this.#identity = undefined;
  }

  /** Returns true if the coordinator doesn't know yet that this device is to be forgotten. */
  async hasPendingErasure(): Promise<boolean> {
    return (await this.#options.storage.get(erasureName)) !== undefined;
  }

  /**
   * Has the coordinator forget this device, in answer to a challenge, and deletes its
   * key. Throws the error of a refusal.
   */
  async requestErasure({ protocol, nonce }: Challenge): Promise<void> {
    requireVersion(protocol);
    const device = await this.#device();
    try {
      if (device) {
        await this.#prove(device, nonce);
        const signature = await this.identity.sign(challengeMessage('forget', nonce));
        await this.#forget({ device, signature }).catch(error => {
          if (!hasCode(error, 'request.invalid')) throw error;
          // Older coordinators accept no signature.
          return this.#forget({ device });
        });
      }
    } catch (error) {
      // The device is already gone.
      if (!hasCode(error, 'device.unknown') && !hasCode(error, 'device.revoked')) throw error;
    }
    for (const name of keptForErasure) await this.#options.storage.delete(name);
    this.#identity = undefined;
  }

  /**
   * Returns the id under which the device's key is enrolled; undefined for the id of another key: the storage
   * has lost or damaged one of them.
   */
  async #device(): Promise<DeviceId | undefined> {
    const stored = await this.#options.storage.get(deviceName);
    if (!stored) return undefined;
    const id = new TextDecoder().decode(stored);
    const hash = await this.#platform.contentHash(this.identity.publicKey);
    return id === idOf(hash) ? parseDeviceId(id) : undefined;
  }

  async #forget(message: Forget): Promise<void> {
    decodeAck(await this.#request('forget', encodeFrame(message)), z.null());
  }

  async #prove(device: DeviceId, nonce: Uint8Array): Promise<Welcome> {
    const message: Hello = {
      protocol: protocolVersion,
      device,
      signature: await this.identity.sign(challengeMessage('hello', nonce)),
      sdk: sdkVersion,
      platform: this.#platform.name,
    };
    return decodeAck(await this.#request('hello', encodeFrame(message)), welcome);
  }

  async #enrol(nonce: Uint8Array): Promise<DeviceId> {
    const { enrolment, certificate, storage } = this.#options;
    const { publicKey } = this.identity;
    // Kept if the challenge expires in the meantime: the next one uses it.
    this.#enrolmentToken ??=
      typeof enrolment === 'string' ? enrolment : await ofApp('enrolment', enrolment, isText);
    const message: Enrol = {
      protocol: protocolVersion,
      publicKey,
      token: this.#enrolmentToken,
      certificate: certificate && (await ofApp('certificate', () => certificate(publicKey), isBytes)),
      signature: await this.identity.sign(challengeMessage('enrol', nonce)),
    };
    const answer = await this.#request('enrol', encodeFrame(message));
    const { device } = this.#judged(answer);
    await storage.put(deviceName, new TextEncoder().encode(device));
    return device;
  }

  /** Reads the answer to an enrolment, and forgets its token. Throws the error of a refusal. */
  #judged(answer: Uint8Array): z.output<typeof enrolled> {
    try {
      const device = decodeAck(answer, enrolled);
      this.#enrolmentToken = undefined;
      return device;
    } catch (error) {
      if (!hasCode(error, 'device.challenge-expired')) this.#enrolmentToken = undefined;
      throw error;
    }
  }
}

/** Returns the id of a device from the hash of its public key (SPEC ID5). */
const idOf = (hash: string): string =>
  base64url(Uint8Array.from({ length: 16 }, (_, at) => Number.parseInt(hash.slice(2 * at, 2 * at + 2), 16)));

const isText = (value: unknown): boolean => typeof value === 'string';
const isBytes = (value: unknown): boolean => ArrayBuffer.isView(value);

/**
 * Returns the value of an app's function. Throws `app.enrolment` if it fails or has
 * another type; errors with a code pass.
 */
async function ofApp<Value>(
  name: string,
  get: () => Promise<Value>,
  is: (value: unknown) => boolean,
): Promise<Value> {
  let why: string;
  try {
    const value = await get();
    if (is(value)) return value;
    why = `gave ${value === null ? 'null' : typeof value}`;
  } catch (error) {
    if (error instanceof MurmurationError) throw error;
    why = `failed: ${messageOf(error)}`;
  }
  throw new MurmurationError('app.enrolment', `The function "${name}" of the app ${why}.`);
}

function requireVersion(protocol: number): void {
  if (protocol !== protocolVersion)
    throw new MurmurationError(
      'protocol.version',
      `The coordinator speaks protocol version ${protocol}, this SDK version ${protocolVersion}; update the older one.`,
    );
}

const hasCode = (error: unknown, code: MurmurationError['code']): boolean =>
  error instanceof MurmurationError && error.code === code;
