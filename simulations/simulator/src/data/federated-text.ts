import { createHash } from 'node:crypto';
import { numberToken, tokensOf } from '@murmuration/demo-keyboard-app/task/tokens';

/** The text of one virtual phone: what it trains on, and what is kept back to measure on. Disjoint; in the order of writing. */
export interface Phone {
  readonly train: readonly string[];
  readonly heldOut: readonly string[];
}

/** Text spread over phones, and the two figures that identify the split wherever results are quoted. */
export interface FederatedText {
  readonly phones: readonly Phone[];
  /** Number of held-out words that are scored: all tokens but numbers. */
  readonly heldOutWords: number;
  /** SHA-256, in hex, of the split as JSON: `[[train, heldOut], …]`, each an array of messages, one pair a phone. */
  readonly splitSha256: string;
}

export interface SplitRules {
  /** Consecutive messages that make a phone, before any is dropped. */
  readonly messagesPerPhone: number;
  /** An exact copy of an earlier message, on any phone, is dropped when it has this many words or more. */
  readonly duplicateWords: number;
  /** Words that a phone keeps: its messages from the first one that exceeds this number on are dropped. */
  readonly wordsPerPhone: number;
  /** Share of a phone's messages, its last ones, that are held out. */
  readonly heldOutShare: number;
}

/**
 * Spreads messages over virtual phones, one for each block of consecutive messages. Copies are dropped because a forwarded
 * joke that is both trained on and held out measures memory; short ones stay because people do write "ok" often.
 */
export function spreadOverPhones(messages: readonly string[], rules: SplitRules): FederatedText {
  const seen = new Set<string>();
  const phones: Phone[] = [];
  for (let start = 0; start < messages.length; start += rules.messagesPerPhone) {
    const kept: string[] = [];
    let words = 0;
    for (const message of messages.slice(start, start + rules.messagesPerPhone)) {
      const length = tokensOf(message).length;
      if (length >= rules.duplicateWords && seen.has(message)) continue;
      seen.add(message);
      words += length;
      if (words > rules.wordsPerPhone) break;
      kept.push(message);
    }
    const cut = kept.length - Math.round(kept.length * rules.heldOutShare);
    phones.push({ train: kept.slice(0, cut), heldOut: kept.slice(cut) });
  }
  const split = JSON.stringify(phones.map(({ train, heldOut }) => [train, heldOut]));
  return {
    phones,
    heldOutWords: phones
      .flatMap(phone => phone.heldOut)
      .reduce((sum, message) => sum + scoredWords(message), 0),
    splitSha256: createHash('sha256').update(split).digest('hex'),
  };
}

function scoredWords(message: string): number {
  return tokensOf(message).filter(token => token !== numberToken).length;
}
