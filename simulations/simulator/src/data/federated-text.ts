import { createHash } from 'node:crypto';
import { numberToken, tokensOf } from '@murmuration/demo-keyboard-app/task/tokens';

/** Messages of one virtual phone for training and for evaluation: disjoint, in the order of writing. */
export interface PhoneMessages {
  readonly train: readonly string[];
  readonly heldOut: readonly string[];
}

/** Text spread over phones, and two figures that identify the split when results are quoted. */
export interface FederatedText {
  readonly phones: readonly PhoneMessages[];
  /** Number of held-out words that are scored: all tokens except numbers. */
  readonly heldOutWords: number;
  /**
   * SHA-256, in hex, of the split as JSON: `[[train, heldOut], …]`, one pair per phone, each an array of
   * messages.
   */
  readonly splitSha256: string;
}

export interface SplitRules {
  /** Consecutive messages per phone, before any is dropped. */
  readonly messagesPerPhone: number;
  /** Minimum number of words for which an exact copy of an earlier message, on any phone, is dropped. */
  readonly duplicateWords: number;
  /** Maximum number of words per phone; the message that exceeds it and all later ones are dropped. */
  readonly wordsPerPhone: number;
  /** Share of a phone's messages, its last ones, that are held out. */
  readonly heldOutShare: number;
}

/**
 * Spreads messages over virtual phones, one for each block of consecutive messages. Drops long copies,
 * because a forwarded joke in both parts would measure memory; keeps short ones, because people do write "ok"
 * often.
 */
export function spreadOverPhones(messages: readonly string[], rules: SplitRules): FederatedText {
  const seen = new Set<string>();
  const phones: PhoneMessages[] = [];
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
