/** Maximum ids of an n-gram. */
export const longestNgram = 5;
/** Maximum bytes of a file of n-grams. */
export const mostNgramBytes = 8 << 20;
