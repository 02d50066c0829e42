import type { TokenState } from '@murmuration/api/token';
import { base64url, equalBytes, utf8 } from '@murmuration/protocol/encoding/bytes';
import type { Primitives } from '@murmuration/protocol/primitives/primitives';
import type { RandomBytes } from '@murmuration/protocol/random/random-bytes';

/** Prefixes of tokens, which tell their finders and secret scanners what they are for. */
const prefixes = { enrolment: 'mme_', operator: 'mmo_' } as const;
type TokenKind = keyof typeof prefixes;

const tokenPattern = /^(mm[eo]_)([A-Za-z0-9_-]{16})([A-Za-z0-9_-]{43})$/;

/** Stored part of a token, which can check the token and not reproduce it. */
export interface TokenProof {
  /** Public id of 16 base64url characters, for lists and logs. */
  readonly id: string;
  /** SHA-256 of the whole token, 32 bytes. The token has 256 random bits, so no slow hash is needed. */
  readonly digest: Uint8Array;
}

/** Period of a token's validity. */
export interface Validity {
  /** Time of expiry, ms since 1970; null if it doesn't expire. */
  readonly expiresAt: number | null;
  /** Time of revocation, ms since 1970; null if it was not revoked. */
  readonly revokedAt: number | null;
}

/**
 * Creates a token: `mme_` or `mmo_`, then its id, then 32 random bytes in base64url. Only its proof may be
 * stored.
 */
export function mintToken(
  kind: TokenKind,
  random: RandomBytes,
  primitives: Primitives,
): { text: string; proof: TokenProof } {
  const id = base64url(random(12));
  const text = `${prefixes[kind]}${id}${base64url(random(32))}`;
  return { text, proof: { id, digest: digestOf(text, primitives) } };
}

/** Returns the id in a token's text; undefined for a text of another form. */
export function tokenId(kind: TokenKind, text: string): string | undefined {
  const match = tokenPattern.exec(text);
  return match?.[1] === prefixes[kind] ? match[2] : undefined;
}

export function digestOf(text: string, { sha256 }: Primitives): Uint8Array {
  return sha256(utf8(text));
}

/** True if a text is the token of a proof. Takes constant time, also without a proof. */
export function proves(text: string, proof: TokenProof | undefined, primitives: Primitives): boolean {
  const isSame = equalBytes(digestOf(text, primitives), proof?.digest ?? nothing);
  return isSame && proof !== undefined;
}

const nothing = new Uint8Array(32);

/** True if a token is valid at `time`, ms since 1970. */
export function isValid({ expiresAt, revokedAt }: Validity, time: number): boolean {
  return revokedAt === null && (expiresAt === null || time < expiresAt);
}

/** Returns the state of a token at `time`, ms since 1970. */
export function stateOf(
  token: Validity & { readonly uses?: number; readonly maxUses?: number | null },
  time: number,
): TokenState {
  if (token.revokedAt !== null) return 'revoked';
  if (!isValid(token, time)) return 'expired';
  const { uses, maxUses } = token;
  return uses !== undefined && typeof maxUses === 'number' && uses >= maxUses ? 'used-up' : 'valid';
}
