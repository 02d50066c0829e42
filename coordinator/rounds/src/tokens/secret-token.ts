import type { TokenState } from '@murmuration/api/token';
import { base64url, equalBytes, utf8 } from '@murmuration/protocol/encoding/bytes';
import type { Primitives } from '@murmuration/protocol/primitives/primitives';
import type { RandomBytes } from '@murmuration/protocol/random/random-bytes';

/** What a token is for: its prefix says so, to whoever finds one and to scanners for secrets. */
const prefixes = { enrolment: 'mme_', operator: 'mmo_' } as const;
export type TokenKind = keyof typeof prefixes;

const pattern = /^(mm[eo]_)([A-Za-z0-9_-]{16})([A-Za-z0-9_-]{43})$/;

/** What is kept of a token: it can be checked by this, and not be computed from it. */
export interface TokenProof {
  /** 16 characters of base64url, which are no secret: lists and logs name the token by them. */
  readonly id: string;
  /** SHA-256 of the whole token, 32 bytes. The token has 256 random bits, so no slow hash is needed. */
  readonly digest: Uint8Array;
}

/** When a token counts. */
export interface Validity {
  /** ms since 1970; null: it does not expire. */
  readonly expiresAt: number | null;
  /** ms since 1970; null: it was not revoked. */
  readonly revokedAt: number | null;
}

/** A fresh token: `mme_` or `mmo_`, then its id, then 32 random bytes in base64url. Only its proof may be stored. */
export function mintToken(
  kind: TokenKind,
  random: RandomBytes,
  primitives: Primitives,
): { text: string; proof: TokenProof } {
  const id = base64url(random(12));
  const text = `${prefixes[kind]}${id}${base64url(random(32))}`;
  return { text, proof: { id, digest: digestOf(text, primitives) } };
}

/** The id that a text of the form of such a token names; undefined for any other text. */
export function tokenId(kind: TokenKind, text: string): string | undefined {
  const match = pattern.exec(text);
  return match?.[1] === prefixes[kind] ? match[2] : undefined;
}

export function digestOf(text: string, { sha256 }: Primitives): Uint8Array {
  return sha256(utf8(text));
}

/** Whether a text is the token of a proof; takes the same time wherever they differ, and for a token that is not there. */
export function proves(text: string, proof: TokenProof | undefined, primitives: Primitives): boolean {
  const isSame = equalBytes(digestOf(text, primitives), proof?.digest ?? nothing);
  return isSame && proof !== undefined;
}

const nothing = new Uint8Array(32);

/** Whether a token counts at `time`, ms since 1970. */
export function isValid({ expiresAt, revokedAt }: Validity, time: number): boolean {
  return revokedAt === null && (expiresAt === null || time < expiresAt);
}

/** How it stands with a token at `time`, ms since 1970. */
export function stateOf(
  token: Validity & { readonly uses?: number; readonly maxUses?: number | null },
  time: number,
): TokenState {
  if (token.revokedAt !== null) return 'revoked';
  if (!isValid(token, time)) return 'expired';
  const { uses, maxUses } = token;
  return uses !== undefined && typeof maxUses === 'number' && uses >= maxUses ? 'used-up' : 'valid';
}
