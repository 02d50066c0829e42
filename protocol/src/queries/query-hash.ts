import { sha256 } from '@noble/hashes/sha2.js';

/** Hash for the layout of a vector that answers a query: SHA-256 of the query's bytes. */
export function queryHash(bytes: Uint8Array): Uint8Array {
  return sha256(bytes);
}
