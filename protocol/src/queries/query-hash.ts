import { sha256 } from '@noble/hashes/sha2.js';

/** What stands for the layout of a vector that answers a query: SHA-256 of its bytes. */
export function queryHash(bytes: Uint8Array): Uint8Array {
  return sha256(bytes);
}
