/** Ids of an n-gram, at most. */
export const longestNgram = 5;
/** Bytes of a file of n-grams, at most. */
export const mostNgramBytes = 8 << 20;
