import { utf8 } from '@murmuration/protocol/encoding/bytes';
import { contentHash } from './content-hash.ts';

/** Digest of a version's words: the first `words` of a longer list have the same digest. */
export interface KnownWords {
  readonly words: number;
  /** SHA-256 of the list as JSON, hexadecimal. */
  readonly sha256: string;
}

/** Returns the digest of words in the order of their ids, at least one. */
export function knownWords(words: readonly string[]): KnownWords {
  return { words: words.length, sha256: contentHash(utf8(JSON.stringify(words))) };
}

/** True if a list begins with a version's words, in their order. */
export function beginsWith(list: readonly string[], { words, sha256 }: KnownWords): boolean {
  return list.length >= words && knownWords(list.slice(0, words)).sha256 === sha256;
}
