import { concatBytes } from '@murmuration/protocol/encoding/bytes';
import type { IdentityKey } from './identity.ts';

const algorithm = 'Ed25519';
/** Bytes before the 32 bytes of an Ed25519 key in PKCS #8 (RFC 8410, section 7). */
const pkcs8Head = Uint8Array.of(48, 46, 2, 1, 0, 48, 5, 6, 3, 43, 101, 112, 4, 34, 4, 32);

/**
 * Returns the Ed25519 key of a 32-byte seed, with WebCrypto (Secure Curves in the Web Cryptography API); with
 * JavaScript, loaded on demand, if the browser lacks such keys, or the page is not secure.
 */
export async function browserSigningKey(seed: Uint8Array): Promise<IdentityKey> {
  try {
    const { subtle } = globalThis.crypto;
    // The public half needs an extractable key; the page has the seed anyway.
    const key = await subtle.importKey(
      'pkcs8',
      concatBytes(pkcs8Head, seed) as Uint8Array<ArrayBuffer>,
      algorithm,
      true,
      ['sign'],
    );
    const { x } = await subtle.exportKey('jwk', key);
    return {
      publicKey: fromBase64url(x!),
      sign: async message =>
        new Uint8Array(await subtle.sign(algorithm, key, message as Uint8Array<ArrayBuffer>)),
    };
  } catch {
    const { portableEd25519 } = await import('@murmuration/protocol/primitives/portable-signing');
    return portableEd25519.signingKey(seed);
  }
}

const fromBase64url = (text: string): Uint8Array =>
  Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), byte => byte.charCodeAt(0));
