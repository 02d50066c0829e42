import { createHash } from 'node:crypto';
import { MurmurationError } from '@murmuration/protocol/errors/errors';

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
  /** Of answers: whose request it was, and which, as digests. */
  request: 'murmuration-request',
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

/** Bytes of a digest that tells requests apart. */
const digestBytes = 16;

/** Names whoever shows a token, without saying it; empty for whoever shows none. */
export function askerOf({ authorization }: Readonly<Record<string, string>>): string {
  return authorization === undefined ? '' : digestOf([authorization]);
}

/** Tells a request from others that bring its key: what it asks, of which model. */
export function requestOf(headers: Readonly<Record<string, string>>, body: Uint8Array): string {
  const { model, version, length } = headerNames;
  return digestOf([JSON.stringify([model, version, length].map(name => headers[name] ?? null)), body]);
}

function digestOf(parts: readonly (string | Uint8Array)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest().toString('base64url', 0, digestBytes);
}

/** What a request fails with whose key has been used for another one. */
export function usedKey(): MurmurationError {
  return new MurmurationError(
    'inference.input',
    'Another request with this key has been answered. Use a new random key for each request, and tell it to nobody else.',
  );
}
