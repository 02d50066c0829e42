import { availableParallelism } from 'node:os';
import type { WeightsPrior } from '@murmuration/client-sdk/hybrid/weights-prior';
import { startBackend } from '@murmuration/engine/backend/backend';
import { systemClock } from '@murmuration/protocol/time/system-clock';
import { dialogue } from '@murmuration/simulations/data/dialogue';
import type { PhoneMessages } from '@murmuration/simulations/data/federated-text';
import { smsText } from '@murmuration/simulations/data/sms';
import type { Findings, ScenarioOptions } from '@murmuration/simulations/study/study';
import type * as z from 'zod';
import { baselines } from '../hybrid/baselines.ts';
import { figuresOf, type HybridFigures, type Points, type ScoredPhone } from '../hybrid/figures.ts';
import { type Fold, foldsOf } from '../hybrid/folds.ts';
import { type PartMaker, partMaker } from '../next-word/part-maker.ts';
import { keyboardTableSettings } from '../next-word/settings.ts';
import { teachShared } from '../next-word/shared-parts.ts';
import { wordsOfPhones } from '../next-word/words-of-phones.ts';
import { hybridSettings } from './settings.ts';

export { hybridSettings as schema };

/**
 * Share of a phone's messages, its first ones, that it learns from before the others are scored. With fewer
 * scored messages, a handful of words would decide if a phone counts as worse off.
 */
const learnedShare = 0.25;

/**
 * Weights of the keyboard's parts on the development stretches, whose phones are not scored (`fitPrior` on
 * only these).
 */
const developmentPrior: WeightsPrior = {
  weights: { 'adapted-ngrams': 0.177, 'fine-tuned': 0.517, 'ngram-cache': 0.072 },
  questions: 300,
};

/**
 * Compares the hybrid model with n-grams of everybody's text in one place: in each fold phones find their
 * words and n-grams and train a model by rounds; then phones that are far from all of them in the corpus mix
 * these with their own.
 */
export async function run({ seed, settings: given, log }: ScenarioOptions<object>): Promise<Findings> {
  const began = systemClock.now();
  const settings = hybridSettings.parse(given ?? {});
  const { phones } = smsText();
  await startBackend();
  const threads = availableParallelism();
  const parts = partMaker(threads, log);
  const stretches: ScoredPhone[][] = [];
  try {
    for (const [i, fold] of foldsOf(phones.length, seed).slice(0, settings.folds).entries()) {
      log(`Fold ${i + 1} of ${settings.folds}: ${fold.training.length} phones train.`);
      stretches.push(
        ...(await scoresOf(phones, fold, { settings, seed: seed + i, threads, make: parts.make, log })),
      );
    }
  } finally {
    await parts.close();
  }
  const figures = figuresOf(stretches);
  return {
    figures: {
      ...figures,
      stretches: stretches.length,
      phones: stretches.flat().length,
      settings,
      seed,
      seconds: (systemClock.now() - began) / 1_000,
    },
    table: tableOf(figures, stretches.length),
  };
}

interface FoldPorts {
  readonly settings: z.output<typeof hybridSettings>;
  readonly seed: number;
  readonly threads: number;
  readonly make: PartMaker['make'];
  readonly log: (line: string) => void;
}

/** Scores the phones of each stretch of a fold. */
async function scoresOf(
  phones: readonly PhoneMessages[],
  { training, stretches }: Fold,
  { settings, seed, threads, make, log }: FoldPorts,
): Promise<ScoredPhone[][]> {
  // Training phones hold nothing out, because other phones are scored.
  const taught = training.map(phone => ({ train: messagesOf(phones[phone]!), heldOut: [] }));
  const shared = keyboardTableSettings.parse({ ...settings.shared, seed });
  const strangers = stretches.map(stretch =>
    stretch.map(phone => {
      const messages = messagesOf(phones[phone]!);
      const cut = Math.round(messages.length * learnedShare);
      return { before: messages.slice(0, cut), after: messages.slice(cut) };
    }),
  );
  const { words } = await wordsOfPhones(
    // The scored messages are only for the coverage of the vocabulary.
    [...taught, ...strangers.flat().map(({ after }) => ({ train: [], heldOut: after }))],
    shared,
    log,
  );
  const hits = make({
    part: 'strangersHits',
    training: taught.map(({ train }) => train),
    strangers: strangers.flat(),
  });
  const common = await teachShared(
    { phones: taught, words, publicText: dialogue(), settings: shared, log },
    { make },
    threads,
  );
  let scored = 0;
  const lives = await Promise.all(
    strangers.map(async stretch => {
      const found = await make({
        ...common,
        part: 'strangers',
        strangers: stretch,
        rowLength: shared.rowLength,
        fineTuning: shared.fineTuning,
        prior: developmentPrior,
        seed,
      });
      scored += stretch.length;
      log(`${scored} phones that the rounds never saw are scored.`);
      return found;
    }),
  );
  const ofAll = await hits;
  let place = 0;
  return lives.map(stretch => stretch.map(recalls => ({ recalls, hits: ofAll[place++]! })));
}

const messagesOf = ({ train, heldOut }: PhoneMessages) => [...train, ...heldOut];

function tableOf(figures: HybridFigures, stretches: number): string[][] {
  const row = (name: string, { top1, top3 }: Points) => [
    name,
    `${top1.toFixed(1)} %`,
    `${top3.toFixed(1)} %`,
  ];
  const interval = ([low, high]: readonly [number, number]) => `${low.toFixed(1)} to ${high.toFixed(1)}`;
  const gain = (name: string, { interval: top3, intervalTop1 }: HybridFigures['gain']) => [
    `${name}, 95 % interval over ${stretches} stretches of 20 neighbouring phones, points`,
    interval(intervalTop1),
    interval(top3),
  ];
  const names = {
    trigramCache: "a trigram of the training phones' text in one place, and a cache of what the phone typed",
    kneserNeyOwn: "modified Kneser–Ney of the training phones' text, and the phone's own trigram",
  };
  return [
    ['recall of the next word on phones that training never saw', 'top-1', 'top-3'],
    ...baselines.map(name => row(names[name], figures[name])),
    row('the global model', figures.global),
    row('what each phone learned by itself', figures.personal),
    row('the hybrid', figures.hybrid),
    gain('gain over the better baseline', figures.overBestBaseline),
    gain('gain over the global model', figures.gain),
    [
      'phones that the hybrid serves as well as the global model or better',
      `${(100 * figures.betterOrEqualShareTop1).toFixed(0)} %`,
      `${(100 * figures.betterOrEqualShare).toFixed(0)} %`,
    ],
    ['points that the others lose, on average', '', figures.meanLossOfOthers.toFixed(2)],
  ];
}
