import { nextWord } from '@murmuration/demo-keyboard-app/task/objective';
import { Vocabulary } from '@murmuration/demo-keyboard-app/task/vocabulary';

export const vocabulary = new Vocabulary(['the', 'cat', 'sat', 'on', 'a', 'mat', 'and', 'slept']);
export const words = nextWord(vocabulary);
export const messages = [
  'the cat sat on a mat',
  'a cat slept',
  'the mat sat on the cat and slept and sat',
  'cat',
];
