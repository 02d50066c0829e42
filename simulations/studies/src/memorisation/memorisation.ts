import { forgetting } from '@murmuration/demo-keyboard-app/task/goldfish';
import { recall } from '@murmuration/demo-keyboard-app/task/metrics';
import { nextWordModel, smallModel } from '@murmuration/demo-keyboard-app/task/model';
import { nextWord } from '@murmuration/demo-keyboard-app/task/objective';
import { firstWordId, Vocabulary } from '@murmuration/demo-keyboard-app/task/vocabulary';
import { startBackend } from '@murmuration/engine/backend/backend';
import { describeModel, writeWeights } from '@murmuration/engine/models/model';
import { seededUniform } from '@murmuration/engine/training/seeded';
import { systemClock } from '@murmuration/protocol/time/system-clock';
import { encodeModel } from '@murmuration/protocol/weights/model-files';
import { smsText } from '@murmuration/simulations/data/sms';
import { percent } from '@murmuration/simulations/study/percent';
import type { Findings, ScenarioOptions } from '@murmuration/simulations/study/study';
import { heldOutText } from '../keyboard/text.ts';
import { trainCentrally } from '../next-word/central-training.ts';
import { prefixWords, saidWordForWord, secretsOf } from './secrets.ts';

/** How often each secret was typed. */
const repeats = [1, 4, 16, 64];
/** Secrets for each number of repeats. */
const secretsEach = 25;
/** Messages beside them. */
const messagesOfOthers = 3_000;
const heldOutMessages = 500;

const settings = {
  epochs: 8,
  batchSize: 32,
  learningRate: 0.003,
  lastRate: 0.1,
  gradientClip: 1,
  negatives: null,
};

/** The shares of words that are never learned. */
const shares = { all: null, quarter: 1 / 4 } as const;

type Kind = keyof typeof shares;

interface Outcome {
  /** Share of the secrets that the model says word for word, by how often they were typed. */
  readonly said: Readonly<Record<number, number>>;
  /** Top-1 recall of held-out words. */
  readonly top1: number;
}

/**
 * Teaches the keyboard's small model real messages and made secrets, as no federation could: in one place, without clipping, masks or noise. Whoever has
 * the model types the first words of a secret, and takes the likeliest word again and again.
 */
export async function run({ seed, log }: ScenarioOptions): Promise<Findings> {
  const began = systemClock.now();
  await startBackend();
  const text = smsText();
  const heldOut = heldOutText(text, smallModel.vocabulary);
  const vocabulary = new Vocabulary(heldOut.words);
  const uniform = seededUniform(seed);
  const secrets = repeats.flatMap(times =>
    secretsOf(secretsEach, vocabulary, uniform).map(message => ({ message, times })),
  );
  const messages = [
    ...text.phones.flatMap(({ train }) => train).slice(0, messagesOfOthers),
    ...secrets.flatMap(({ message, times }) => Array<string>(times).fill(message)),
  ];
  const outcomes = {} as Record<Kind, Outcome>;
  for (const [kind, share] of Object.entries(shares) as [Kind, number | null][]) {
    const goldfish = share === null ? undefined : { share, key: seed };
    const model = nextWordModel(smallModel, seed);
    const { topology, layout, weights } = describeModel(model);
    const { hash } = encodeModel(topology, layout, weights);
    const trained = await trainCentrally({
      model: { hash, topology, layout, weights },
      objective: nextWord(vocabulary, 10, goldfish),
      messages,
      settings,
      seed,
      trained: (epoch, loss) => log(`${kind}, epoch ${epoch}: loss ${loss.toFixed(3)} nats.`),
    });
    writeWeights(model, trained);
    const said: Record<number, number> = {};
    for (const times of repeats) {
      const mine = secrets.filter(each => each.times === times);
      const told = mine.filter(({ message }) => saidWordForWord(model, vocabulary, message));
      said[times] = told.length / mine.length;
    }
    const { top1 } = await recall(model, vocabulary, heldOut.messages.slice(0, heldOutMessages));
    model.dispose();
    outcomes[kind] = { said, top1 };
  }
  const forgotten = shareForgotten(secrets, vocabulary, seed);
  const seconds = (systemClock.now() - began) / 1_000;
  return {
    figures: { ...outcomes, forgotten, secretsEach, messages: messages.length, seed, seconds },
    table: tableOf(outcomes),
  };
}

/** Share of the secrets of which a quarter's forgetting leaves out some word after the first ones: the most that it can keep from being said. */
function shareForgotten(
  secrets: readonly { readonly message: string }[],
  vocabulary: Vocabulary,
  key: number,
): number {
  const forgets = forgetting({ share: shares.quarter, key });
  const touched = secrets.filter(({ message }) => {
    const ids = vocabulary.encode(message);
    return ids.some((id, at) => at >= prefixWords && id >= firstWordId && forgets(ids, at));
  });
  return touched.length / secrets.length;
}

function tableOf(outcomes: Readonly<Record<Kind, Outcome>>): string[][] {
  const kinds = Object.keys(outcomes) as Kind[];
  const words: Record<Kind, string> = {
    all: 'every word learned',
    quarter: 'a quarter forgotten',
  };
  return [
    ['typed', ...kinds.map(kind => words[kind])],
    ...repeats.map(times => [
      `${times} times`,
      ...kinds.map(kind => `${percent(outcomes[kind].said[times]!)} said word for word`),
    ]),
    ['held-out words, top 1', ...kinds.map(kind => percent(outcomes[kind].top1))],
  ];
}
