import { numberOf } from '../../task/own-numbers.ts';
import { numberToken, tokensOf } from '../../task/tokens.ts';
import { unknownId, type Vocabulary } from '../../task/vocabulary.ts';
import { caretIn, completeWords } from '../draft/text.ts';

/** A word is suggested once it was written so often: a slip of the finger is not. */
const leastOften = 2;

/** Stands before the first word; no token is spelled like it. */
const start = '<start>';

/** What followed one context in what was written here. */
interface Followers {
  total: number;
  readonly counts: Map<string, number>;
}

/**
 * The writer's own words: those that the vocabulary of the models lacks, such as names. The device's n-gram cache knows them by their numbers;
 * this knows how they are spelled. As long as no such part serves, they are counted here: what followed which one or two words, interpolated
 * as the n-gram cache is (Witten-Bell: Chen and Goodman 1998, §2.4).
 */
export class OwnWords {
  readonly #vocabulary: Vocabulary;
  readonly #followers = new Map<string, Followers>();
  /** By token: how often it was written, and how it was spelled last. */
  readonly #words = new Map<string, { count: number; spelling: string }>();
  /** Tokens by the number that they have in the phone's own n-grams. */
  readonly #tokens = new Map<number, string>();

  constructor(vocabulary: Vocabulary) {
    this.#vocabulary = vocabulary;
  }

  /** Takes a sentence that was written. */
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

  /** How likely each own word is after a text, by its spelling; together less than 1, the rest being the words of the models. */
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

  /** The spellings of those that are told by their numbers. */
  spelled(numbered: ReadonlyMap<number, number>): ReadonlyMap<string, number> {
    const found = new Map<string, number>();
    for (const [number, share] of numbered) {
      const known = this.#words.get(this.#tokens.get(number) ?? '');
      if (known && known.count >= leastOften) found.set(known.spelling, share);
    }
    return found;
  }

  /** Forgets all of them. */
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

  /** A capital that a sentence begins with says nothing of the word. */
  #spell(token: string, word: string, startsSentence: boolean): void {
    const { count, spelling } = this.#words.get(token) ?? { count: 0, spelling: token };
    this.#words.set(token, { count: count + 1, spelling: startsSentence ? spelling : word });
    this.#tokens.set(numberOf(token, this.#vocabulary), token);
  }
}

/** From the empty one to the longest. */
function contextsOf(before: readonly string[]): string[] {
  return [0, 1, 2]
    .filter(length => length <= before.length)
    .map(length => before.slice(before.length - length).join(' '));
}
