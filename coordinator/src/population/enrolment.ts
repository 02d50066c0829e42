import { equalBytes, utf8 } from '@murmuration/protocol/bytes';
import type { Primitives } from '@murmuration/protocol/primitives/primitives';

/** Decides whether a device may enrol: by a token of the operator's, or by an app's own check such as an attestation. */
export type EnrolmentVerifier = (token: string, publicKey: Uint8Array) => Promise<boolean>;

/** Takes any of `tokens`; they are kept hashed and compared in constant time. */
export function tokenVerifier(tokens: readonly string[], { sha256 }: Primitives): EnrolmentVerifier {
  const digests = tokens.map(token => sha256(utf8(token)));
  return async token => {
    const digest = sha256(utf8(token));
    return digests.reduce((known, other) => equalBytes(digest, other) || known, false);
  };
}
