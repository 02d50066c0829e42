/**
 * Cryptographic functions that the protocol needs. `portable.ts` has them for every platform, `node.ts`
 * native for Node; both give the same bytes. All are synchronous and deterministic: callers bring the
 * randomness.
 */
export interface Primitives {
  /** SHA-256 (FIPS 180-4); 32 bytes. */
  sha256(message: Uint8Array): Uint8Array;

  /** HKDF-SHA256 (RFC 5869): `length` bytes (at most 8,160) from the secret `key`, with an empty salt. */
  hkdf(key: Uint8Array, info: Uint8Array, length: number): Uint8Array;

  readonly ed25519: {
    /** Signing key of a 32-byte seed (RFC 8032 §5.1.5). */
    signingKey(seed: Uint8Array): SigningKey;
    /**
     * True if `signature` (64 bytes) is one of `message` under `publicKey` (32 bytes), by the equation
     * without the cofactor; false for malformed input and for keys that are not sound (`sound-keys.ts`). All
     * platforms agree on every input: SPEC.md, ED1 to ED3.
     */
    verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean;
  };

  readonly x25519: {
    /** Agreement key of a 32-byte secret (RFC 7748 §5), which need not be clamped. */
    agreementKey(secret: Uint8Array): AgreementKey;
  };

  /**
   * Encrypts `message` with XSalsa20-Poly1305 (NaCl's secretbox) under a 32-byte key and a 24-byte nonce; the
   * result is 16 bytes longer.
   */
  seal(message: Uint8Array, nonce: Uint8Array, key: Uint8Array): Uint8Array;
  /** Decrypts a box of `seal`; undefined if it was not sealed with this key and nonce. */
  open(box: Uint8Array, nonce: Uint8Array, key: Uint8Array): Uint8Array | undefined;

  /**
   * ChaCha20 key stream (RFC 8439 §2.4) of a 32-byte key under the zero nonce, from block `counter` (64 bytes
   * each) on. Since the nonce is zero, a key must be used only once.
   */
  keystream(key: Uint8Array, counter: number): Keystream;

  /**
   * Accumulator of this thread, the fastest of the platform. A caller must use it without awaiting, and clear
   * it.
   */
  accumulator(): Accumulator;
}

/** Ed25519 key that signs. */
export interface SigningKey {
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
  /** Signs a message; 64 bytes. */
  sign(message: Uint8Array): Uint8Array;
}

/** X25519 key that agrees with peers on shared secrets. */
export interface AgreementKey {
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
  /**
   * Computes the 32 bytes that both owners share.
   * @throws MurmurationError `crypto.low-order` if the peer's key has low order, so that anybody could
   * compute them.
   */
  agree(peerPublicKey: Uint8Array): Uint8Array;
  /**
   * Key under which NaCl's box seals between both owners (`crypto_box_beforenm`): HSalsa20 of the result of
   * `agree`.
   */
  sealingKey(peerPublicKey: Uint8Array): Uint8Array;
}

/** Key stream that is read once, from its beginning on. */
export interface Keystream {
  /**
   * Next `blocks` × 64 bytes, in a buffer that begins at a multiple of 4 and is valid until the next call.
   */
  next(blocks: number): Uint8Array;
}

/** Block of a vector, in memory of its own, to which key streams are added. */
export interface Accumulator {
  /** 65,536 elements. */
  readonly block: Int32Array;
  /**
   * Adds `sign` × the first `count` words of `keystream(key, counter)` to the first elements of the block,
   * modulo 2³². Words are unsigned, little-endian, of `bytes` bytes (1 to 4). `count` is a multiple of 64.
   */
  add(key: Uint8Array, counter: number, count: number, bytes: number, sign: 1 | -1): void;
  /** Overwrites everything with zeros: elements, keys and streams. */
  clear(): void;
}
