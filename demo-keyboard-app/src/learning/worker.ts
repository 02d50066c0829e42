import { serveTraining } from '@murmuration/client-sdk/worker';
import { nextWord } from '../../task/objective.ts';
import { readSetup } from './setup.ts';

const setup = readSetup(new URL('../setup.json', location.href));
serveTraining(setup.then(({ vocabulary }) => nextWord(vocabulary)));
// Without the setup, the whole worker fails, and the page starts another one when it next needs one.
await setup;
