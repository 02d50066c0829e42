import type { MurmurationError } from '@murmuration/protocol/errors/errors';
import { exchange, isPassing, whyUnanswered } from '@murmuration/protocol/sending/exchange';
import type { Clock } from '@murmuration/protocol/time/clock';
import { signatureHeaders } from '@murmuration/rounds/tokens/webhook-signature';
import type { Notice } from './notice.ts';
import type { WebhookSettings } from './settings.ts';

/** Milliseconds that a receiver has to answer. */
const deliveryTimeoutMs = 10_000;

/** Outcome of an attempt; a failure has its reason, and `isFinal` if no retry can succeed. */
export type DeliveryOutcome =
  | { readonly isDelivered: true }
  | { readonly isDelivered: false; readonly failure: string; readonly isFinal: boolean };

/** Sends a notice once. Only the status of the answer counts; its body is not read. */
export async function deliver(
  { url, secret }: WebhookSettings,
  { id, body }: Notice,
  clock: Clock,
  stop: AbortSignal,
): Promise<DeliveryOutcome> {
  try {
    const headers = {
      'content-type': 'application/json',
      ...signatureHeaders(secret, id, clock.now(), body),
    };
    const { status } = await exchange(
      url.reveal(),
      { method: 'POST', redirect: 'manual', headers, body },
      { server: 'The webhook', clock, stop, limit: deliveryTimeoutMs },
    );
    return judge(status);
  } catch (error) {
    return { isDelivered: false, failure: whyUnanswered((error as MurmurationError).cause), isFinal: false };
  }
}

function judge(status: number): DeliveryOutcome {
  if (status >= 200 && status < 300) return { isDelivered: true };
  if (status >= 300 && status < 400)
    return {
      isDelivered: false,
      failure: `HTTP ${status}: a redirect, which is not followed; name the new address`,
      isFinal: true,
    };
  return { isDelivered: false, failure: `HTTP ${status}`, isFinal: !isPassing(status) };
}
