import { classifier } from '@murmuration/coordinator/engine';
import { learnedFrom } from './data.js';

/** Marks, of 4,096 places, those that the words of a text fall on. */
export function words(text) {
  const row = Array(4096).fill(0);
  for (const word of text.toLowerCase().match(/[a-z0-9]{2,20}/g) ?? []) {
    const hash = [...word].reduce((sum, letter) => Math.imul(sum ^ letter.charCodeAt(0), 0x01000193), 7);
    row[hash >>> 20] = 1;
  }
  return row;
}

const objective = classifier({ classes: 5, features: mail => words(mail.text), label: mail => mail.team });
export default { objective, examples: () => learnedFrom };
