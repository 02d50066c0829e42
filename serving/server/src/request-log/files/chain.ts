import { createHash, createHmac, type Hash, type Hmac } from 'node:crypto';

/**
 * Kinds of hash chains. `off`: none; `open`: SHA-256, which anyone can check, and anyone who can write the
 * whole log can forge; `keyed`: HMAC-SHA256 with the key of the log, which only its owner can check and make.
 */
export const chainKinds = ['off', 'open', 'keyed'] as const;
export type ChainKind = (typeof chainKinds)[number];

/** Makes the links of a chain, 32 bytes each. */
export interface Chain {
  readonly kind: Exclude<ChainKind, 'off'>;
  /** Hashes one line without its link. */
  digest(body: Uint8Array): Buffer;
  /** Hashes the link of the previous line and the digest of this one. */
  link(previous: Uint8Array, digest: Uint8Array): Buffer;
}

/** Link before the first line of a log. */
export const beginning: Uint8Array = Buffer.alloc(32);

/** Makes a chain; `key` is needed for a keyed one. */
export function makeChain(kind: Exclude<ChainKind, 'off'>, key: Uint8Array | null): Chain {
  const start = (): Hash | Hmac => {
    if (kind === 'open') return createHash('sha256');
    if (!key) throw new TypeError('A keyed chain needs its key.');
    return createHmac('sha256', key);
  };
  return {
    kind,
    // Different prefixes keep digests and links apart.
    digest: body => start().update('line\0').update(body).digest(),
    link: (previous, digest) => start().update('link\0').update(previous).update(digest).digest(),
  };
}
