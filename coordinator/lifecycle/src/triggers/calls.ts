import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { signatureToleranceMs } from '@murmuration/rounds/tokens/webhook-signature';
import type { TriggerMemory } from './look.ts';

/** ms for which a message's id is remembered: its sender's clock may be ahead too. */
const callExpiryMs = 2 * signatureToleranceMs;
/** Most messages in that time. */
const mostCalls = 100;

/**
 * Adds a message to a webhook to the memory of triggers, at the time `now`, ms since 1970. Throws
 * `round.repeated` for a message that came before, and `request.too-often`.
 */
export function withCall(memory: TriggerMemory, name: string, id: string, now: number): TriggerMemory {
  const key = `webhook ${name}`;
  const before = memory[key];
  const calls = before?.kind === 'webhook' ? before.calls.filter(([, at]) => at > now - callExpiryMs) : [];
  if (calls.some(([seen]) => seen === id))
    throw new MurmurationError('round.repeated', 'A message with this webhook-id was taken before.');
  if (calls.length >= mostCalls)
    throw new MurmurationError(
      'request.too-often',
      `The webhook takes ${mostCalls} messages in ${callExpiryMs / 60_000} minutes.`,
      { after: calls[0]![1] + callExpiryMs - now },
    );
  return { ...memory, [key]: { kind: 'webhook', calls: [...calls, [id, now]] } };
}
