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

/** Which part of the mixture answers. */
const sources = ['global', 'personal', 'hybrid'] as const;
export type Source = (typeof sources)[number];
export type Recalls = Readonly<Record<Source, Recall>>;

/** Messages observed after which a device learns anew, as by default. */
const refitAfter = 50;

/** What came of one phone. */
export interface PhoneFindings {
  readonly recalls: Recalls;
  /** Letters of the words that were scored, and the share of them that the hybrid's suggestions spare; null where that was not asked for. */
  readonly keystrokes: { readonly letters: number; readonly saved: number } | null;
  /** What the device itself found out, on the examples that it held out; null where it could not. */
  readonly report: HybridReport | null;
}

export interface PhonePorts {
  /** The version that the rounds led to, as an app would bring it along. */
  readonly model: ModelBytes & { readonly ngrams?: Uint8Array };
  readonly vocabulary: Vocabulary;
  readonly trainer: Trainer;
  /** By default those of an app that says nothing else. */
  readonly personal?: readonly PersonalModel[];
  /** From which the weights of the mixture begin; by default nothing. */
  readonly prior?: WeightsPrior | null;
  /** What runs the version; by default the engine. */
  readonly inference?: (serving: Serving<string>) => Inference;
  /** By default true: each message is observed once it is scored. False scores all of them with what was learned before. */
  readonly observes?: boolean;
  /** By default false. True asks as well, after each letter, which words the keyboard would show. */
  readonly types?: boolean;
}

/** Words over the keys. */
const shown = 3;

/**
 * One person's phone, by the code of the SDK: its hybrid model learns from the messages `before`, chooses λ on those of them that it holds
 * out, and is then scored on the messages `after`, word by word in the order of writing. Each message is observed once it is scored, and after
 * every 50 of them the device learns anew, by itself.
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
            likeliestWords({ values, own: words.spelled(answer) }, vocabulary, shown, typed),
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

/** Resolves once the device has learned anew. */
function nextRefit(client: PlatformClient): Promise<void> {
  return new Promise(resolve => {
    const off = client.on('personal', ({ phase }) => {
      if (phase !== 'ready') return;
      off();
      resolve();
    });
  });
}

/** Every word of a message but numbers, with the text before it. */
export function questionsOf(
  message: string,
  vocabulary: Vocabulary,
): { readonly input: string; readonly word: string; readonly next: number }[] {
  // A number of two digits is one token of the same kind as any longer one.
  const words = tokensOf(message).map(token => (token === numberToken ? '00' : token));
  return vocabulary
    .encode(message)
    .map((next, i) => ({ input: words.slice(0, i).join(' '), word: words[i]!, next }))
    .filter(({ next }) => next !== numberId);
}
