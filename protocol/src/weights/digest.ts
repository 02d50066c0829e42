import { sha256 } from '@noble/hashes/sha2.js';

/** SHA-256 in a file without other imports, for code that a page loads later. */
export const digest = (bytes: Uint8Array): Uint8Array => sha256(bytes);
