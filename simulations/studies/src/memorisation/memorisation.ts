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

/** Numbers of times that secrets were typed. */
const repeats = [1, 4, 16, 64];
/** Secrets for each number of repeats. */
const secretsEach = 25;
/** Number of other messages. */
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

/** Share of words that are excluded from learning, by variant. */
const shares = { all: null, quarter: 1 / 4 } as const;

type Kind = keyof typeof shares;

interface Outcome {
  /** Share of the secrets that the model repeats word for word, by how often they were typed. */
  readonly said: Readonly<Record<number, number>>;
  /** Top-1 recall of held-out words. */
  readonly top1: number;
}

/**
 * Trains the keyboard's small model on real messages and artificial secrets under the worst conditions: in
 * one place, without clipping, masks or noise. The attacker types the first words of a secret, and then takes
 * the likeliest word each time.
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

/**
 * Returns the share of secrets with an excluded word after the first ones: the most that can be kept from
 * being repeated.
 */
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
