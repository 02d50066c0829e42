import { parseConfig } from '@murmuration/coordinator/assembly/config';
import { smallModel } from '@murmuration/demo-keyboard-app/task/model';
import { firstWordId, mostFrequentWords } from '@murmuration/demo-keyboard-app/task/vocabulary';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { TaskName } from '@murmuration/protocol/ids/ids';
import { piecesNeeded } from '@murmuration/protocol/queries/text-digest';
import type { RandomBytes } from '@murmuration/protocol/random/random-bytes';
import { systemClock } from '@murmuration/protocol/time/system-clock';
import type { FederatedText } from '@murmuration/simulations/data/federated-text';
import type { Stores } from '@murmuration/storage/storage';
import { type AgreedWords, findWords } from '@murmuration/studies/vocabulary/find-words';
import { coverage, wordsOf } from '@murmuration/studies/vocabulary/words';
import { phonesAsked } from '@murmuration/studies/vocabulary/words-task';
import type { Display } from './display.ts';
import { keepWords, keptWords } from './kept-words.ts';
import type { StartOptions } from './start-options.ts';
import { inPercent } from './summary.ts';

/** Arguments of the questions about the phones' words. */
export interface Asking {
  readonly options: Pick<StartOptions, 'devices'>;
  readonly text: FederatedText;
  /** Folder that keeps the words; undefined if they are found again at each start. */
  readonly kept: string | undefined;
  readonly storage: Stores;
  readonly phones: { answer(url: string, phones: readonly number[]): Promise<void>; rest(): Promise<void> };
  readonly enrolmentToken: string;
  readonly random: RandomBytes;
  readonly display: Display;
}

/** Vocabulary, and figures about it for a program. */
export interface AgreedVocabulary {
  readonly words: readonly string[];
  readonly figures: {
    readonly words: number;
    readonly phones: number;
    readonly threshold: number;
    /**
     * Per cent of the held-out words covered by it (below: by equally many of the most frequent words of all
     * text in one place).
     */
    readonly coverage: number;
    readonly pooledCoverage: number;
  };
}

/**
 * Returns the words that a storage keeps, or else those that phones agree on now, as many of the most
 * frequent ones as the small model has room for. Displays what happened. Throws as `findWords` does, and
 * `config.invalid` for a storage whose models know words that it does not have.
 */
export async function agreedWords(asking: Asking): Promise<AgreedVocabulary> {
  const { text, kept, display, storage, options } = asking;
  const known = kept === undefined ? undefined : await keptWords(kept);
  if (!known && (await storage.history.head('keyboard' as TaskName)))
    throw new MurmurationError(
      'config.invalid',
      `The models in ${kept} were made before phones were asked for their words, and the words are not there. Name another folder as --storage.`,
    );
  const found = known ?? (await askedNow(asking));
  if (!known && kept !== undefined) await keepWords(kept, found);
  const { words, phones, threshold } = found;
  const heldOut = wordsOf(text.phones.flatMap(phone => phone.heldOut));
  const train = text.phones.slice(0, options.devices).flatMap(phone => phone.train);
  const figures = {
    words: words.length,
    phones,
    threshold,
    coverage: inPercent(coverage(heldOut, words)),
    pooledCoverage: inPercent(coverage(heldOut, mostFrequentWords(train, firstWordId + words.length).words)),
  };
  display.say(
    `${phones} phones ${known ? 'agreed' : 'agree'} on ${words.length.toLocaleString('en')} words, the vocabulary. Only words that ${threshold} of them or more typed were shown; ` +
      `one that fewer than ${piecesNeeded} typed can't be read at all, unless it is guessed. ` +
      `They are ${figures.coverage} % of what is typed later; as many of the most frequent words of all text in one place are ${figures.pooledCoverage} %.`,
  );
  return { words, figures };
}

async function askedNow({
  options: { devices },
  storage,
  phones,
  enrolmentToken,
  random,
  display,
}: Asking): Promise<AgreedWords> {
  const asked = phonesAsked(devices);
  display.say(
    `${asked} of them are asked which words they type; what each says is masked, and only the sum is seen.`,
  );
  // Spreads the asked phones over all of them.
  const numbers = Array.from({ length: asked }, (_, i) => Math.floor((i * devices) / asked));
  const found = await findWords({
    config: parseConfig({ port: 0, log: 'error', enrolmentTokens: [enrolmentToken] }),
    environment: { clock: systemClock, random, storage },
    devices,
    phones: { answer: url => phones.answer(url, numbers), rest: () => phones.rest() },
    progress: state => display.progress(state),
  });
  return { ...found, words: found.words.slice(0, smallModel.vocabulary - firstWordId) };
}
