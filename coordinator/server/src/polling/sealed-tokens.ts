import { createHmac, timingSafeEqual } from 'node:crypto';
import { hex } from '@murmuration/protocol/encoding/bytes';
import { type DeviceId, idPattern } from '@murmuration/protocol/ids/ids';
import { type PlatformName, platform } from '@murmuration/protocol/messages/hello';
import * as z from 'zod';

/** Milliseconds within which a challenge must be answered. */
const challengeLasts = 10_000;
/** Milliseconds for which a device may ask after its hello; it does so within seconds. */
const helloLasts = 60_000;
const maxTokenLength = 512;

const content = z.discriminatedUnion('is', [
  z.strictObject({
    is: z.literal('challenge'),
    nonce: z.string().regex(/^[0-9a-f]{64}$/),
    until: z.number(),
  }),
  z.strictObject({
    is: z.literal('device'),
    nonce: z.string().regex(/^[0-9a-f]{64}$/),
    device: z.string().regex(idPattern),
    sdk: z.string(),
    platform,
    until: z.number(),
  }),
]);

/** State of a connection: the challenge that its device must sign, or its identity. */
export type Sealed = z.infer<typeof content>;

/**
 * Tokens that contain the state of their connection, so that no process stores it. They are signed by
 * HMAC-SHA256 with a key that all fronts share, so any front answers any request. They contain no secret of
 * the device, which does not rely on their content.
 */
export class SealedTokens {
  readonly #key: Uint8Array;

  /** `key`: 32 bytes, known only to fronts and cells. */
  constructor(key: Uint8Array) {
    this.#key = key;
  }

  /** Returns a token for a nonce of 32 bytes; `now` in ms since 1970. */
  challenge(nonce: Uint8Array, now: number): string {
    return this.#seal({ is: 'challenge', nonce: hex(nonce), until: now + challengeLasts });
  }

  /** Returns a token for a device that has proven its identity by signing a nonce. */
  device(
    { device, sdk, platform }: { device: DeviceId; sdk: string; platform: PlatformName },
    nonce: Uint8Array,
    now: number,
  ): string {
    const until = now + helloLasts;
    return this.#seal({ is: 'device', nonce: hex(nonce), device, sdk, platform, until });
  }

  /** Returns the content of a token, or undefined if it is not authentic or has expired. */
  open(token: string, now: number): Sealed | undefined {
    if (token.length > maxTokenLength) return undefined;
    const [said = '', signature = ''] = token.split('.').map(part => Buffer.from(part, 'base64url'));
    const expected = this.#sign(Buffer.from(said));
    if (signature.length !== expected.length || !timingSafeEqual(Buffer.from(signature), expected))
      return undefined;
    const sealed = content.parse(JSON.parse(said.toString()));
    return now < sealed.until ? sealed : undefined;
  }

  #seal(sealed: Sealed): string {
    const said = Buffer.from(JSON.stringify(sealed));
    return `${said.toString('base64url')}.${this.#sign(said).toString('base64url')}`;
  }

  #sign(said: Uint8Array): Buffer {
    return createHmac('sha256', this.#key).update('murmuration/connection ').update(said).digest();
  }
}
