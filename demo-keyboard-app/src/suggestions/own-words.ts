import { numberOf } from '../../task/own-numbers.ts';
import { numberToken, tokensOf } from '../../task/tokens.ts';
import { unknownId, type Vocabulary } from '../../task/vocabulary.ts';
import { caretIn, completeWords } from '../draft/text.ts';

/** Times a word must have been written before it is suggested, to leave out slips of the finger. */
const leastOften = 2;

/** Start token before the first word; no token is spelled like it. */
const start = '<start>';

/** Words that followed one context in the text written here. */
interface Followers {
  total: number;
  readonly counts: Map<string, number>;
}

/**
 * Writer's own words: those that the vocabulary of the models lacks, such as names. The device's n-gram cache
 * knows their numbers; this class knows their spelling. Until such a part serves, it also counts them: which
 * word followed which one or two words, interpolated like the n-gram cache (Witten-Bell: Chen and Goodman
 * 1998, §2.4).
 */
export class OwnWords {
  readonly #vocabulary: Vocabulary;
  readonly #followers = new Map<string, Followers>();
  /** Number of times each token was written, and its last spelling. */
  readonly #words = new Map<string, { count: number; spelling: string }>();
  /** Tokens by their numbers in the device's n-grams. */
  readonly #tokens = new Map<number, string>();

  constructor(vocabulary: Vocabulary) {
    this.#vocabulary = vocabulary;
  }

  /** Learns from a written sentence. */
  learn(sentence: string): void {
    const before = [start];
    for (const { word, at } of completeWords(sentence, true)) {
      for (const token of tokensOf(word)) {
        for (const context of contextsOf(before)) this.#count(context, token);
        before.push(token);
        if (this.#isOwn(token)) this.#spell(token, word, caretIn(sentence, at).startsSentence);
      }
    }
  }

  /**
   * Likelihood of each own word after a text, by its spelling; together less than 1, the rest belongs to the
   * models' words.
   */
  after(text: string): ReadonlyMap<string, number> {
    const found = new Map<string, number>();
    let left = 1;
    for (const context of contextsOf([start, ...tokensOf(text)]).reverse()) {
      const followers = this.#followers.get(context);
      if (!followers) continue;
      const { total, counts } = followers;
      for (const [token, count] of counts) {
        const known = this.#words.get(token);
        if (!known || known.count < leastOften) continue;
        const share = (left * count) / (total + counts.size);
        found.set(known.spelling, (found.get(known.spelling) ?? 0) + share);
      }
      left *= counts.size / (total + counts.size);
    }
    return found;
  }

  /** Replaces numbers of own words by their spellings. */
  spelled(numbered: ReadonlyMap<number, number>): ReadonlyMap<string, number> {
    const found = new Map<string, number>();
    for (const [number, share] of numbered) {
      const known = this.#words.get(this.#tokens.get(number) ?? '');
      if (known && known.count >= leastOften) found.set(known.spelling, share);
    }
    return found;
  }

  forget(): void {
    this.#followers.clear();
    this.#words.clear();
    this.#tokens.clear();
  }

  #isOwn(token: string): boolean {
    return token !== numberToken && /\p{L}/u.test(token) && this.#vocabulary.id(token) === unknownId;
  }

  #count(context: string, token: string): void {
    const followers = this.#followers.get(context) ?? { total: 0, counts: new Map() };
    this.#followers.set(context, followers);
    followers.total += 1;
    followers.counts.set(token, (followers.counts.get(token) ?? 0) + 1);
  }

  /** Counts a word; ignores the spelling at the start of a sentence, where any word has a capital. */
  #spell(token: string, word: string, startsSentence: boolean): void {
    const { count, spelling } = this.#words.get(token) ?? { count: 0, spelling: token };
    this.#words.set(token, { count: count + 1, spelling: startsSentence ? spelling : word });
    this.#tokens.set(numberOf(token, this.#vocabulary), token);
  }
}

/** Contexts from the empty one to the longest. */
function contextsOf(before: readonly string[]): string[] {
  return [0, 1, 2]
    .filter(length => length <= before.length)
    .map(length => before.slice(before.length - length).join(' '));
}
