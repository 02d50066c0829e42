/** Name of the query for the n-grams that devices have in common (`phrases.ts`). */
export const phrasesQueryName = 'phrases';
/** Fewest devices that must have an n-gram before it is shown; its words are already known. */
export const phrasesThreshold = 3;
/** Name of the query for the outcomes of suggestions. */
export const suggestionsQueryName = 'suggestions-live';
