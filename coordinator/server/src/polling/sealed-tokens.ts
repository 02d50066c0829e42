import { createHmac, timingSafeEqual } from 'node:crypto';
import { hex } from '@murmuration/protocol/encoding/bytes';
import { type DeviceId, idPattern } from '@murmuration/protocol/ids/ids';
import { type PlatformName, platform } from '@murmuration/protocol/messages/hello';
import * as z from 'zod';

/** ms within which a challenge is answered. */
const challengeLasts = 10_000;
/** ms for which a device that has said hello asks on: as it does within seconds. */
const helloLasts = 60_000;
const longest = 512;

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

/** What there is to know of a connection: what its device is to sign, or who it is. */
export type Sealed = z.infer<typeof content>;

/**
 * Tokens of connections that nobody keeps: each says itself what its connection is, signed by HMAC-SHA256 with a key that all fronts share, so
 * that any of them answers any request. What is in it is no secret of the device's, and its device relies on no word of it.
 */
export class SealedTokens {
  readonly #key: Uint8Array;

  /** `key`: 32 bytes that only fronts and cells know. */
  constructor(key: Uint8Array) {
    this.#key = key;
  }

  /** For a nonce of 32 bytes, at `now`, ms since 1970. */
  challenge(nonce: Uint8Array, now: number): string {
    return this.#seal({ is: 'challenge', nonce: hex(nonce), until: now + challengeLasts });
  }

  /** For a device that has proven who it is, by signing a nonce. */
  device(
    { device, sdk, platform }: { device: DeviceId; sdk: string; platform: PlatformName },
    nonce: Uint8Array,
    now: number,
  ): string {
    const until = now + helloLasts;
    return this.#seal({ is: 'device', nonce: hex(nonce), device, sdk, platform, until });
  }

  /** What a token says; undefined for one that is not ours, and for one whose time is over. */
  open(token: string, now: number): Sealed | undefined {
    if (token.length > longest) return undefined;
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
