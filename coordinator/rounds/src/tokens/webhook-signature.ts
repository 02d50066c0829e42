import { createHmac, timingSafeEqual } from 'node:crypto';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import * as z from 'zod';
import { Redacted } from './secret.ts';

/**
 * ms by which a sender's clock may differ from ours, in either direction, including the transfer; a message
 * is valid for as long.
 */
export const signatureToleranceMs = 5 * 60_000;

/** Symmetric secret of the Standard Webhooks specification: `whsec_`, then 24 to 64 bytes in base64. */
const secretPattern = /^whsec_(?:[A-Za-z0-9+/]{4}){8,21}(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** Schema of such a secret. */
export const webhookSecret = z
  .string()
  .regex(secretPattern, 'expected "whsec_" and 24 to 64 random bytes in base64')
  .transform(text => new Redacted(text));

/** Headers of a signed message, with their names in the Standard Webhooks specification. */
export type SignatureHeaders = Readonly<
  Record<'webhook-id' | 'webhook-timestamp' | 'webhook-signature', string>
>;

/**
 * Returns the headers with which a receiver checks that a notice is ours, untouched and recent, as in the
 * Standard Webhooks specification: HMAC-SHA256 over id, time and body. `time` in ms since 1970.
 */
export function signatureHeaders(secret: Redacted, id: string, time: number, body: string): SignatureHeaders {
  const timestamp = String(Math.floor(time / 1_000));
  const digest = digestOf(secret, id, timestamp, Buffer.from(body)).toString('base64');
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${digest}` };
}

/**
 * Checks the signature of a message against those in the header, in constant time. `now` in ms since 1970.
 * Throws `operator.unauthenticated` if the sender doesn't know the secret, or signed the message too long
 * ago.
 */
export function requireSigned(
  secret: Redacted,
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
  // Checked last, so that senders without the secret learn nothing about our clock.
  const age = now - Number(timestamp) * 1_000;
  if (!/^\d{1,12}$/.test(timestamp) || Math.abs(age) > signatureToleranceMs)
    throw new MurmurationError(
      'operator.unauthenticated',
      `The message was signed at a time more than ${signatureToleranceMs / 60_000} minutes from now; sign it again, and set the clocks.`,
    );
}

/** Most signatures that are checked; a sender that changes its secret signs with both for a while. */
const mostSignatures = 8;

function digestOf(secret: Redacted, id: string, timestamp: string, body: Uint8Array): Buffer {
  const key = Buffer.from(secret.reveal().slice('whsec_'.length), 'base64');
  return createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest();
}
