import type { Clock } from '@murmuration/protocol/time/clock';
import { signatureHeaders } from '@murmuration/rounds/tokens/webhook-signature';
import type { Notice } from './notice.ts';
import type { WebhookSettings } from './settings.ts';

/** ms that a receiver has for its answer. */
const patience = 10_000;

/** How an attempt went; a failure says why, and whether the same may succeed later. */
export type Outcome =
  | { readonly isDelivered: true }
  | { readonly isDelivered: false; readonly failure: string; readonly isFinal: boolean };

/** Sends a notice once, and follows no redirect. The answer counts by its status alone; its body is not read. */
export async function deliver(
  { url, secret }: WebhookSettings,
  { id, body }: Notice,
  clock: Clock,
  stop: AbortSignal,
): Promise<Outcome> {
  const late = new AbortController();
  const cancel = clock.at(clock.now() + patience, () => late.abort());
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
    const failure = late.signal.aborted ? `no answer within ${patience / 1_000} s` : causeOf(error);
    return { isDelivered: false, failure, isFinal: false };
  } finally {
    cancel();
  }
}

function judge(status: number): Outcome {
  if (status >= 200 && status < 300) return { isDelivered: true };
  if (status >= 300 && status < 400)
    return {
      isDelivered: false,
      failure: `HTTP ${status}: a redirect, which is not followed; name the new address`,
      isFinal: true,
    };
  // It may only be too busy, or slow.
  const isPassing = status >= 500 || status === 408 || status === 425 || status === 429;
  return { isDelivered: false, failure: `HTTP ${status}`, isFinal: !isPassing };
}

/** The code of a network error, such as ECONNREFUSED: messages may hold the address. */
function causeOf(error: unknown): string {
  const { cause } = error as { readonly cause?: { readonly code?: unknown } };
  return typeof cause?.code === 'string' ? cause.code : 'the connection failed';
}
