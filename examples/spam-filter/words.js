/** Number of buckets that pairs of words are hashed into: the inputs of the model. */
export const buckets = 4096;

/** Buckets of the pairs of neighbouring words of a mail, each once. */
export function bucketsOf(text) {
  const words = text.toLowerCase().match(/[a-z0-9$!']{1,20}/g) ?? [];
  const pairs = words.map((word, at) => `${word} ${words[at + 1] ?? ''}`);
  return [...new Set(pairs.map(bucketOf))];
}

/** Bucket of a text by FNV-1a, 32 bits. */
function bucketOf(text) {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return (hash >>> 0) % buckets;
}
