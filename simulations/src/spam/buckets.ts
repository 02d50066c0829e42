/** Buckets that words are hashed into: the inputs of the model. */
export const buckets = 4_096;

/** In which buckets the words of a mail are, ascending, each once (the hashing trick: Weinberger et al. 2009). */
export function bucketsOf(text: string): number[] {
  const words = text.toLowerCase().match(/[a-z0-9$!']{1,20}/g) ?? [];
  return [...new Set(words.map(bucketOf))].sort((a, b) => a - b);
}

/** FNV-1a, 32 bits. */
function bucketOf(word: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < word.length; at++) hash = Math.imul(hash ^ word.charCodeAt(at), 0x01000193);
  return (hash >>> 0) % buckets;
}
