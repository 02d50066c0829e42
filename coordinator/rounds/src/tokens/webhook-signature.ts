import { createHmac, timingSafeEqual } from 'node:crypto';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import * as z from 'zod';
import { Secret } from './secret.ts';

/** ms by which the clock of a sender may differ from ours, either way, its way included: as long as a message is good. */
export const tolerance = 5 * 60_000;

/** `whsec_`, then 24 to 64 bytes in base64: a symmetric secret of the Standard Webhooks specification. */
const secretPattern = /^whsec_(?:[A-Za-z0-9+/]{4}){8,21}(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** Such a secret as a person writes it. */
export const webhookSecret = z
  .string()
  .regex(secretPattern, 'expected "whsec_" and 24 to 64 random bytes in base64')
  .transform(text => new Secret(text));

/** The headers of a signed message, by their names in the Standard Webhooks specification. */
export type SignatureHeaders = Readonly<
  Record<'webhook-id' | 'webhook-timestamp' | 'webhook-signature', string>
>;

/**
 * The headers by which a receiver knows that a notice is ours, untouched and recent, as the Standard Webhooks specification has them:
 * HMAC-SHA256 over id, time and body. `time` in ms since 1970.
 */
export function signatureHeaders(secret: Secret, id: string, time: number, body: string): SignatureHeaders {
  const timestamp = String(Math.floor(time / 1_000));
  const digest = digestOf(secret, id, timestamp, Buffer.from(body)).toString('base64');
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${digest}` };
}

/**
 * Holds a message that came to its signature, one of those in the header, in a time that tells nothing. `now` in ms since 1970. Throws
 * `operator.unauthenticated` where whoever sent it does not know the secret, or signed it too long ago.
 */
export function requireSigned(
  secret: Secret,
  headers: SignatureHeaders,
  body: Uint8Array,
  now: number,
): void {
  const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures } = headers;
  const expected = digestOf(secret, id, timestamp, body);
  let isSigned = false;
  for (const each of signatures.split(' ').slice(0, mostSignatures)) {
    const given = Buffer.from(each.startsWith('v1,') ? each.slice('v1,'.length) : '', 'base64');
    if (given.length === expected.length && timingSafeEqual(given, expected)) isSigned = true;
  }
  if (!isSigned)
    throw new MurmurationError(
      'operator.unauthenticated',
      'The signature is not one of this message with the secret of this webhook.',
    );
  // Only now, since whoever can't sign learns nothing of our clock.
  const age = now - Number(timestamp) * 1_000;
  if (!/^\d{1,12}$/.test(timestamp) || Math.abs(age) > tolerance)
    throw new MurmurationError(
      'operator.unauthenticated',
      `The message was signed at a time more than ${tolerance / 60_000} minutes from now; sign it again, and set the clocks.`,
    );
}

/** A sender that changes its secret signs with both for a while. */
const mostSignatures = 8;

function digestOf(secret: Secret, id: string, timestamp: string, body: Uint8Array): Buffer {
  const key = Buffer.from(secret.reveal().slice('whsec_'.length), 'base64');
  return createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest();
}
