const TOKEN = /[\p{L}\p{N}]+(?:'\p{L}+)*/gu;
const NUMBER = /^\p{N}{2,}$/u;

/** Token that stands for every number of two and more digits. No word is spelled like it. */
export const numberToken = '<number>';

/**
 * Tokens of a message, in order and lower-cased. A token is a run of letters and digits, with the parts that
 * follow an apostrophe ("don't"); numbers of two and more digits (prices, times, telephone numbers) become
 * one token, while single digits stay words, as in "2 u". Everything else separates tokens.
 */
export function tokensOf(message: string): string[] {
  const tokens = message.toLowerCase().match(TOKEN) ?? [];
  return tokens.map(token => (NUMBER.test(token) ? numberToken : token));
}
