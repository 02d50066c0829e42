import { serveTraining } from '@murmuration/client-sdk/worker';
import { nextWord } from '@murmuration/demo-keyboard-app/task/objective';
import { keyboardServing } from '@murmuration/demo-keyboard-app/task/serving';
import { Vocabulary } from '@murmuration/demo-keyboard-app/task/vocabulary';
import { words } from '../messages.ts';

const vocabulary = new Vocabulary(words);
serveTraining({ ...nextWord(vocabulary), serving: keyboardServing(vocabulary) });
