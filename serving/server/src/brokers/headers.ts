import { createHash } from 'node:crypto';
import { MurmurationError } from '@murmuration/protocol/errors/errors';

/** Message headers, the same for every broker. */
export const headerNames = {
  /** Model of a request or answer, and its version or alias. */
  model: 'mlserver-model',
  version: 'mlserver-version',
  /** Bytes of the JSON, if tensors follow it as bytes. */
  length: 'inference-header-content-length',
  /** `Bearer TOKEN`. */
  authorization: 'authorization',
  /** Number of the try of a retried request, and ms since 1970 before which it is not tried. */
  attempt: 'murmuration-attempt',
  notBefore: 'murmuration-not-before',
  /** Digests of the asker and of the request, in an answer. */
  request: 'murmuration-request',
  /** Code and text of the error, in errors and dead letters. */
  error: 'murmuration-error',
  reason: 'murmuration-reason',
} as const;

/** Maximum characters of a reason. */
const maxReasonCharacters = 1_000;

/** Returns the headers that tell why a message is a dead letter. */
export function reasonHeaders({ code, detail }: MurmurationError): Record<string, string> {
  return { [headerNames.error]: code, [headerNames.reason]: detail.slice(0, maxReasonCharacters) };
}

/** Returns the number of the try in a request's headers; 1 if there is no valid number. */
export function attemptOf(headers: Readonly<Record<string, string>>): number {
  const attempt = Number(headers[headerNames.attempt] ?? 1);
  return Number.isSafeInteger(attempt) && attempt > 0 ? attempt : 1;
}

/** Bytes of the digest that identifies a request. */
const requestDigestBytes = 16;

/** Returns a digest of the asker's token; empty if there is none. */
export function askerOf({ authorization }: Readonly<Record<string, string>>): string {
  return authorization === undefined ? '' : digestOf([authorization]);
}

/** Returns a digest that tells a request from others with the same key: its model, version and body. */
export function requestOf(headers: Readonly<Record<string, string>>, body: Uint8Array): string {
  const { model, version, length } = headerNames;
  return digestOf([JSON.stringify([model, version, length].map(name => headers[name] ?? null)), body]);
}

function digestOf(parts: readonly (string | Uint8Array)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest().toString('base64url', 0, requestDigestBytes);
}

/** Returns the error of a request whose key was used for another one. */
export function usedKey(): MurmurationError {
  return new MurmurationError(
    'inference.input',
    'Another request with this key has been answered. Use a new random key for each request, and tell it to nobody else.',
  );
}
