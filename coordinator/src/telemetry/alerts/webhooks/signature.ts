import { createHmac } from 'node:crypto';
import type { Secret } from './secret.ts';

/**
 * The headers by which a receiver knows that a notice is ours, untouched and recent, as the Standard Webhooks specification has them:
 * HMAC-SHA256 over id, time and body. `time` in ms since 1970.
 */
export function signatureHeaders(
  secret: Secret,
  id: string,
  time: number,
  body: string,
): Readonly<Record<'webhook-id' | 'webhook-timestamp' | 'webhook-signature', string>> {
  const key = Buffer.from(secret.reveal().slice('whsec_'.length), 'base64');
  const timestamp = String(Math.floor(time / 1_000));
  const digest = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${digest}` };
}
