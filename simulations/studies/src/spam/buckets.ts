/** Number of buckets that pairs of words are hashed into: the inputs of the model. */
export const buckets = 16_384;

/**
 * Returns the buckets of a mail's pairs of neighbouring words, ascending and without repeats (the hashing
 * trick: Weinberger et al. 2009).
 */
export function bucketsOf(text: string): number[] {
  const words = text.toLowerCase().match(/[a-z0-9$!']{1,20}/g) ?? [];
  const pairs = words.map((word, at) => `${word} ${words[at + 1] ?? ''}`);
  return [...new Set(pairs.map(bucketOf))].sort((a, b) => a - b);
}

/** Hashes by FNV-1a, 32 bits. */
function bucketOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return (hash >>> 0) % buckets;
}
