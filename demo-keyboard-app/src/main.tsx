import {
  FederatedClient,
  fineTuned,
  indexedDbStorage,
  ngramCache,
  sharedNgrams,
  workerInference,
  workerTrainer,
} from '@murmuration/client-sdk/browser';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import { systemClock } from '@murmuration/protocol/time/system-clock';
import { ThemeChoice } from '@murmuration/ui/theme/theme';
import { render } from 'preact';
import { growableWords } from '../task/model.ts';
import { phrasesQueryName, phrasesThreshold, suggestionsQueryName } from '../task/query-names.ts';
import { keyboardServing } from '../task/serving.ts';
import { TypingLog } from './examples/typing-log.ts';
import { Repeater } from './keyboard/repeater.ts';
import { firstModel } from './learning/first-model.ts';
import { observedTrainer } from './learning/observed-trainer.ts';
import { readSetup } from './learning/setup.ts';
import { Notices } from './notices/notices.ts';
import { prepareOffline } from './offline/install.ts';
import { App } from './page/app.tsx';
import { assemble } from './page/assemble.ts';
import { strings } from './strings/strings.ts';

const task = 'keyboard';

const root = document.getElementById('app')!;

async function open(): Promise<void> {
  const theme = new ThemeChoice('murmuration-theme');
  render(<p class="start">{strings.loading}</p>, root);
  const setup = await readSetup(new URL('setup.json', document.baseURI));
  const { origin: url } = location;
  const storage = indexedDbStorage('murmuration-keyboard');
  const log = new TypingLog(storage);
  const notices = new Notices();
  await log.open().catch(error => notices.failed(error));
  let plain: Uint8Array | null = null;
  const spawn = () => new Worker(new URL('./learning/worker.ts', import.meta.url), { type: 'module' });
  const trainer = observedTrainer(workerTrainer(spawn), look => {
    plain = look;
  });
  const client = new FederatedClient({
    url,
    tasks: {
      [task]: {
        examples: () => log.sentences.peek(),
        trainer,
        bundled: firstModel(url, task, storage),
        growable: growableWords,
        hybrid: {
          serving: keyboardServing(setup.vocabulary),
          personal: [sharedNgrams(), ngramCache(), fineTuned({ learningRate: 1, epochs: 3 })],
          inference: workerInference(spawn),
        },
        // Answered in masked sums: outcomes of suggestions, by version, and sequences of known words.
        answers: {
          [suggestionsQueryName]: { kinds: ['outcomes'] },
          [phrasesQueryName]: { kinds: ['ngrams'] },
        },
      },
    },
    storage,
    enrolment: setup.enrolment,
    // Floors of a demonstration: few phones, few sentences, and rounds that follow one another in seconds.
    floors: {
      dropping: { most: 0.99 },
      smallestCohort: 5,
      smallestSum: 3,
      queryThreshold: phrasesThreshold,
      leastExamples: 1,
      uploadSlot: 0,
      contributions: { day: Number.POSITIVE_INFINITY, model: Number.POSITIVE_INFINITY },
    },
  });
  const state = await assemble({
    setup,
    client,
    hybrid: client.hybrid(task),
    storage,
    log,
    notices,
    theme,
    plain: () => plain,
    clock: systemClock,
    random: systemRandom,
  });
  root.textContent = '';
  render(<App state={state} repeater={new Repeater(systemClock)} />, root);
  await prepareOffline(state.install);
}

open().catch(error => {
  render(
    <div class="start" role="alert">
      <h1>{strings.brokenStart}</h1>
      <p>{strings.brokenStartHint}</p>
    </div>,
    root,
  );
  throw error;
});
