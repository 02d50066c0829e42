import { sha256 } from '@noble/hashes/sha2.js';

/** SHA-256, for what a page loads later: it imports nothing else. */
export const digest = (bytes: Uint8Array): Uint8Array => sha256(bytes);
