/** The query for the n-grams that devices have in common (`phrases.ts`). */
export const phrasesQueryName = 'phrases';
/** Devices of those asked that have an n-gram before it is shown: their words are known already. */
export const phrasesThreshold = 3;
/** The query for what became of suggestions. */
export const suggestionsQueryName = 'suggestions-live';
