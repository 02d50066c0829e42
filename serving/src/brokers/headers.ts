import type { MurmurationError } from '@murmuration/protocol/errors/errors';

/** Headers of messages, the same with every broker. */
export const headerNames = {
  /** Of requests and answers: the model, and its version or alias. */
  model: 'mlserver-model',
  version: 'mlserver-version',
  /** Where tensors follow the JSON as bytes: how long the JSON is. */
  length: 'inference-header-content-length',
  /** `Bearer TOKEN`. */
  authorization: 'authorization',
  /** Of requests that are tried again: which try this is, and not before when, in ms since 1970. */
  attempt: 'murmuration-attempt',
  notBefore: 'murmuration-not-before',
  /** Of errors, and of dead letters: the code of the error, and its text. */
  error: 'murmuration-error',
  reason: 'murmuration-reason',
} as const;

/** Characters of a reason at most. */
const longestReason = 1_000;

/** What a dead letter says of why it is one. */
export function reasonHeaders({ code, detail }: MurmurationError): Record<string, string> {
  return { [headerNames.error]: code, [headerNames.reason]: detail.slice(0, longestReason) };
}

/** Which try a request is by its headers; what is no number is the first. */
export function attemptOf(headers: Readonly<Record<string, string>>): number {
  const attempt = Number(headers[headerNames.attempt] ?? 1);
  return Number.isSafeInteger(attempt) && attempt > 0 ? attempt : 1;
}
