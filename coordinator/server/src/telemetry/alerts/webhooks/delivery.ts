import type { Clock } from '@murmuration/protocol/time/clock';
import { signatureHeaders } from '@murmuration/rounds/tokens/webhook-signature';
import type { Notice } from './notice.ts';
import type { WebhookSettings } from './settings.ts';

/** Milliseconds that a receiver has to answer. */
const answerTimeoutMs = 10_000;

/** Outcome of an attempt; a failure has its reason, and `isFinal` if no retry can succeed. */
export type DeliveryOutcome =
  | { readonly isDelivered: true }
  | { readonly isDelivered: false; readonly failure: string; readonly isFinal: boolean };

/**
 * Sends a notice once, without following redirects. Only the status of the answer counts; its body is not
 * read.
 */
export async function deliver(
  { url, secret }: WebhookSettings,
  { id, body }: Notice,
  clock: Clock,
  stop: AbortSignal,
): Promise<DeliveryOutcome> {
  const late = new AbortController();
  const cancel = clock.at(clock.now() + answerTimeoutMs, () => late.abort());
  try {
    const response = await fetch(url.reveal(), {
      method: 'POST',
      redirect: 'manual',
      signal: AbortSignal.any([stop, late.signal]),
      headers: {
        'content-type': 'application/json',
        'user-agent': 'murmuration',
        ...signatureHeaders(secret, id, clock.now(), body),
      },
      body,
    });
    await response.body?.cancel();
    return judge(response.status);
  } catch (error) {
    const failure = late.signal.aborted ? `no answer within ${answerTimeoutMs / 1_000} s` : causeOf(error);
    return { isDelivered: false, failure, isFinal: false };
  } finally {
    cancel();
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
  // The receiver may only be overloaded or slow.
  const isPassing = status >= 500 || status === 408 || status === 425 || status === 429;
  return { isDelivered: false, failure: `HTTP ${status}`, isFinal: !isPassing };
}

/** Returns the code of a network error, such as ECONNREFUSED; its message could contain the address. */
function causeOf(error: unknown): string {
  const { cause } = error as { readonly cause?: { readonly code?: unknown } };
  return typeof cause?.code === 'string' ? cause.code : 'the connection failed';
}
