import { contentHash } from '@murmuration/protocol/weights/model-files';

/** SHA-256 in hexadecimal; that of a platform may take another thread. */
export type ContentHash = (bytes: Uint8Array) => Promise<string>;

/** On the caller's thread. */
export const hashHere: ContentHash = async bytes => contentHash(bytes);
