import { nextWord } from '@murmuration/demo-keyboard-app/task/objective';
import { Vocabulary } from '@murmuration/demo-keyboard-app/task/vocabulary';
import { wordList } from './examples.ts';

export const vocabulary = new Vocabulary(wordList);

/** A next-word model of few words, which pages and processes learn alike. */
export const words = nextWord(vocabulary);
