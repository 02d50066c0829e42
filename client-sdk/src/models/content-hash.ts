import { contentHash } from '@murmuration/protocol/weights/model-files';

/** Returns the SHA-256 in hexadecimal; a platform may use another thread. */
export type ContentHash = (bytes: Uint8Array) => Promise<string>;

/** Hashes on the caller's thread. */
export const hashHere: ContentHash = async bytes => contentHash(bytes);
