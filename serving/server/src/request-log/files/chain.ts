import { createHash, createHmac, type Hash, type Hmac } from 'node:crypto';

/**
 * How the lines of a log hold each other: not at all; by SHA-256, which anybody can check and whoever can write the whole log can make again;
 * or by HMAC-SHA256 under the key of the log, which only its owner can check and make.
 */
export const chainKinds = ['off', 'open', 'keyed'] as const;
export type ChainKind = (typeof chainKinds)[number];

/** Makes the links of a chain, 32 bytes each. */
export interface Chain {
  readonly kind: Exclude<ChainKind, 'off'>;
  /** Of one line without its link. */
  digest(body: Uint8Array): Buffer;
  /** Of a line by its digest, and of all lines before it by the link of the last of them. */
  link(previous: Uint8Array, digest: Uint8Array): Buffer;
}

/** The link before the first line of a log. */
export const beginning: Uint8Array = Buffer.alloc(32);

/** `key` is that of a keyed chain. */
export function makeChain(kind: Exclude<ChainKind, 'off'>, key: Uint8Array | null): Chain {
  const start = (): Hash | Hmac => {
    if (kind === 'open') return createHash('sha256');
    if (!key) throw new TypeError('A keyed chain needs its key.');
    return createHmac('sha256', key);
  };
  return {
    kind,
    // By different first bytes, neither is ever the other.
    digest: body => start().update('line\0').update(body).digest(),
    link: (previous, digest) => start().update('link\0').update(previous).update(digest).digest(),
  };
}
