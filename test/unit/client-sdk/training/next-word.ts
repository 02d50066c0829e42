import { nextWord } from '@murmuration/demo-keyboard-app/task/objective';
import { Vocabulary } from '@murmuration/demo-keyboard-app/task/vocabulary';

/** So many words that the products over them are worth several threads. */
export const vocabulary = new Vocabulary(
  Array.from({ length: 2_000 }, (_, i) => [...String(i)].map(digit => 'abcdefghij'[Number(digit)]).join('')),
);

/** The objective of worker threads. */
export default nextWord(vocabulary);
