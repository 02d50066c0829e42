import messages from 'nlp-corpus/src/sms/smsCorpus.js';
import { type FederatedText, spreadOverPhones } from './federated-text.ts';

/**
 * Returns the NUS SMS corpus (Chen and Kan, "Creating a live, public short message service corpus: the NUS
 * SMS corpus", 2013): 55,835 messages that people typed on their phones, from the package `nlp-corpus`. It
 * names no authors, so each block of 200 consecutive messages stands for a phone: 280 phones.
 */
export function smsText(): FederatedText {
  return spreadOverPhones(messages, {
    messagesPerPhone: 200,
    duplicateWords: 4,
    wordsPerPhone: 5_000,
    heldOutShare: 0.1,
  });
}
