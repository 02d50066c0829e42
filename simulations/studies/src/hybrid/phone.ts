import { PlatformClient } from '@murmuration/client-sdk/client/client';
import { fineTuned } from '@murmuration/client-sdk/hybrid/fine-tuned';
import type { HybridReport } from '@murmuration/client-sdk/hybrid/hybrid';
import type { Inference } from '@murmuration/client-sdk/hybrid/inference';
import { ngramCache } from '@murmuration/client-sdk/hybrid/ngram-cache';
import type { PersonalModel } from '@murmuration/client-sdk/hybrid/personal';
import { tfjsInference } from '@murmuration/client-sdk/hybrid/tfjs-inference';
import type { WeightsPrior } from '@murmuration/client-sdk/hybrid/weights-prior';
import { memoryStorage, nodePlatform } from '@murmuration/client-sdk/node';
import type { Trainer } from '@murmuration/client-sdk/training/trainer';
import { type Recall, RecallCounter } from '@murmuration/demo-keyboard-app/task/recall';
import { keyboardServing } from '@murmuration/demo-keyboard-app/task/serving';
import { numberToken, tokensOf } from '@murmuration/demo-keyboard-app/task/tokens';
import { KeystrokeCounter } from '@murmuration/demo-keyboard-app/task/typing/keystrokes';
import { likeliestWords } from '@murmuration/demo-keyboard-app/task/typing/ranking';
import { numberId, unknownId, type Vocabulary } from '@murmuration/demo-keyboard-app/task/vocabulary';
import type { Serving } from '@murmuration/engine/inference/serving';
import type { ModelBytes } from '@murmuration/protocol/weights/model-files';
import { simulatedFloors } from '@murmuration/simulations/devices/floors';
import { OwnList } from './own-list.ts';

/** Parts of the mixture that can answer. */
const sources = ['global', 'personal', 'hybrid'] as const;
export type PhoneSource = (typeof sources)[number];
export type Recalls = Readonly<Record<PhoneSource, Recall>>;

/** Messages between two refits, as by default. */
const refitAfter = 50;

/** Results of one phone. */
export interface PhoneFindings {
  readonly recalls: Recalls;
  /** Letters of the scored words, and the share that the hybrid's suggestions save; null unless requested. */
  readonly keystrokes: { readonly letters: number; readonly saved: number } | null;
  /** Evaluation by the device itself, on the examples that it held out; null if it could not evaluate. */
  readonly report: HybridReport | null;
}

export interface PhonePorts {
  /** Version from the rounds, bundled with the app. */
  readonly model: ModelBytes & { readonly ngrams?: Uint8Array };
  readonly vocabulary: Vocabulary;
  readonly trainer: Trainer;
  /** Personal models; by default a fine-tuned copy and an n-gram cache. */
  readonly personal?: readonly PersonalModel[];
  /** Prior of the mixture's weights; none by default. */
  readonly prior?: WeightsPrior | null;
  /** Makes the inference of the version; by default the engine's. */
  readonly inference?: (serving: Serving<string>) => Inference;
  /**
   * True to observe each message once it is scored; false to score all messages with what was learned before.
   * @default true
   */
  readonly observes?: boolean;
  /**
   * True to also request, after each letter, the words that the keyboard would show.
   * @default false
   */
  readonly types?: boolean;
}

/** Number of suggested words above the keys. */
const suggestionCount = 3;

/**
 * Simulates one person's phone with the SDK's code: its hybrid model learns from the messages `before`,
 * chooses λ on those that it holds out, and is then scored on the messages `after`, word by word in the order
 * of writing. Each message is observed once it is scored, and after every 50 of them the device refits
 * automatically.
 */
export async function livePhone(
  before: readonly string[],
  after: readonly string[],
  {
    model,
    vocabulary,
    trainer,
    personal = [fineTuned(), ngramCache()],
    prior = null,
    inference = tfjsInference,
    observes = true,
    types = false,
  }: PhonePorts,
): Promise<PhoneFindings> {
  const typed = [...before];
  const serving = keyboardServing(vocabulary);
  const client = new PlatformClient(
    {
      url: 'https://nobody.invalid',
      enrolment: 'none: the phone stays offline',
      consent: 'not-needed',
      storage: memoryStorage(),
      floors: simulatedFloors,
      tasks: {
        keyboard: {
          examples: () => typed,
          trainer: { train: trainer.train.bind(trainer), close: async () => {} },
          bundled: async () => model,
          hybrid: {
            serving,
            personal,
            ...(prior && { prior }),
            inference: inference(serving),
            refitAfter,
          },
        },
      },
    },
    { ...nodePlatform, name: 'other' },
  );
  const errors: Error[] = [];
  client.on('error', error => errors.push(error));
  const hybrid = client.hybrid('keyboard');
  await hybrid.learn();
  const counters = {
    global: new RecallCounter(),
    personal: new RecallCounter(),
    hybrid: new RecallCounter(),
  };
  const typing = new KeystrokeCounter();
  const words = new OwnList(vocabulary, before);
  let observed = 0;
  for (const message of after) {
    for (const { input, word, next } of questionsOf(message, vocabulary)) {
      for (const source of sources) {
        const answer = await hybrid.predict(input, source);
        const scores = words.scores(answer);
        counters[source].add(scores, 0, scores.length, next === unknownId ? words.place(word) : next);
        const { values } = answer;
        if (types && source === 'hybrid')
          typing.add(word, typed =>
            likeliestWords({ values, own: words.spelled(answer) }, vocabulary, suggestionCount, typed),
          );
      }
    }
    if (!observes) continue;
    typed.push(message);
    words.add(message);
    const isDue = ++observed % refitAfter === 0;
    const refitted = isDue ? nextRefit(client) : undefined;
    await hybrid.observe(message);
    await refitted;
  }
  const report = hybrid.report();
  await client.stop();
  const [error] = errors;
  if (error) throw error;
  const { global, personal: own, hybrid: mixture } = counters;
  return {
    recalls: { global: global.recall, personal: own.recall, hybrid: mixture.recall },
    keystrokes: types ? { letters: typing.letters, saved: typing.saved } : null,
    report,
  };
}

/** Resolves after the next refit. */
function nextRefit(client: PlatformClient): Promise<void> {
  return new Promise(resolve => {
    const off = client.on('personal', ({ phase }) => {
      if (phase !== 'ready') return;
      off();
      resolve();
    });
  });
}

/** Returns every word of a message except numbers, with the text before it. */
export function questionsOf(
  message: string,
  vocabulary: Vocabulary,
): { readonly input: string; readonly word: string; readonly next: number }[] {
  // A number of two digits is the same token as any longer one.
  const words = tokensOf(message).map(token => (token === numberToken ? '00' : token));
  return vocabulary
    .encode(message)
    .map((next, i) => ({ input: words.slice(0, i).join(' '), word: words[i]!, next }))
    .filter(({ next }) => next !== numberId);
}
