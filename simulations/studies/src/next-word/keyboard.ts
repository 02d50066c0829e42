import type { Recall } from '@murmuration/demo-keyboard-app/task/recall';
import { systemClock } from '@murmuration/protocol/time/system-clock';
import { dialogue } from '@murmuration/simulations/data/dialogue';
import { smsText } from '@murmuration/simulations/data/sms';
import type { Findings, ScenarioOptions } from '@murmuration/simulations/study/study';
import { fitPrior } from './fit-prior.ts';
import { measurePrivate, type PrivateTable } from './private-table.ts';
import { published } from './published.ts';
import { type KeyboardTableSettings, keyboardTableSettings, type PrivateSettings } from './settings.ts';
import { learnedAndKept } from './split.ts';
import { measureTable } from './table.ts';
import { wordsOfPhones } from './words-of-phones.ts';

/** Rows of the table in order. */
const rows = {
  unigram: "a unigram of everybody's text",
  trigram: "a Witten-Bell trigram of everybody's text",
  mixedNgram: "the same mixed with the phone's own trigram",
  kneserNey: "a trigram of everybody's text with modified Kneser-Ney smoothing",
  mixedKneserNey: "that mixed with the phone's own trigram",
  pretrained: 'the model, taught only with public text',
  central: "the model, taught with everybody's text in one place",
  federated: 'the model, taught by the phones',
  counted: 'n-grams that the phones have in common, by masked counts',
  personal: 'what each phone learned by itself',
  withoutNet: 'the hybrid on each phone, without the shared model and its fine-tuned copy',
  hybrid: 'the hybrid on each phone',
} as const;

/** Settings of the table; with `privacy` it reports recall for several ε instead. */
export const schema = keyboardTableSettings.omit({ seed: true });

/**
 * Measures next-word recall of n-grams, central and federated training, personal and hybrid models, all on
 * the same held-out messages of the same phones, the last tenth of each. The vocabulary comes from the phones
 * in masked rounds, without access to their text.
 */
export async function run({ seed, settings: given, log }: ScenarioOptions<object>): Promise<Findings> {
  const began = systemClock.now();
  const settings = keyboardTableSettings.parse({ ...given, seed });
  const { phones: all, heldOutWords, splitSha256 } = smsText();
  // Weights are fitted without the messages that the table is scored on.
  const phones = settings.fitPrior ? all.map(({ train }) => learnedAndKept(train)) : all;
  log(`${phones.length} phones; ${heldOutWords} held-out words.`);
  const { words, figures: vocabulary } = await wordsOfPhones(phones, settings, log);
  if (settings.privacy) {
    const inputs = { phones, words, publicText: dialogue(), settings, privacy: settings.privacy, log };
    return privateFindings(await measurePrivate(inputs), settings.privacy, {
      settings,
      phones: phones.length,
      heldOutWords,
      seed,
      seconds: (systemClock.now() - began) / 1_000,
    });
  }
  if (settings.fitPrior) {
    const inputs = { phones, words, publicText: dialogue(), settings, log };
    const { weights, bins = {}, questions } = await fitPrior(inputs);
    const shown = (each: Readonly<Record<string, number>>) =>
      Object.entries(each).map(([name, weight]) => `${name} ${weight}`);
    return {
      figures: { prior: { weights, bins, questions }, settings, phones: phones.length, seed },
      table: [
        ['weights of the mixture', 'personal models'],
        ['in all contexts', ...shown(weights)],
        ...Object.entries(bins).map(([bin, each]) => [bin, ...shown(each)]),
      ],
    };
  }
  const table = await measureTable({ phones, words, publicText: dialogue(), settings, log });
  const points = ({ top1, top3 }: Recall) => ({ top1: 100 * top1, top3: 100 * top3 });
  const over = (row: 'central' | 'federated' | 'hybrid') => table[row].top1 / table.trigram.top1 - 1;
  const best = (top: 'top1' | 'top3') =>
    Math.max(
      ...(['trigram', 'mixedNgram', 'kneserNey', 'mixedKneserNey'] as const).map(row => table[row][top]),
    );
  const overNgram = { central: over('central'), federated: over('federated'), hybrid: over('hybrid') };
  const names = Object.keys(rows) as (keyof typeof rows)[];
  return {
    figures: {
      ...Object.fromEntries(names.map(name => [name, points(table[name])])),
      overNgram: {
        ...overNgram,
        published: published.federated / published.ngram - 1,
      },
      published,
      vocabulary,
      overBestBaseline: {
        top1: 100 * (table.hybrid.top1 - best('top1')),
        top3: 100 * (table.hybrid.top3 - best('top3')),
      },
      countedNgrams: table.countedNgrams,
      ownNgramWeight: table.ownWeight,
      meanLambda: table.meanLambda,
      keystrokesSaved: table.keystrokesSaved,
      settings,
      phones: phones.length,
      heldOutWords,
      splitSha256,
      seed,
      seconds: (systemClock.now() - began) / 1_000,
    },
    table: [
      [`next-word recall, ${heldOutWords} words`, 'top-1', 'top-3', 'over the trigram', 'published'],
      ...names.map(name => [
        rows[name],
        `${(100 * table[name].top1).toFixed(1)} %`,
        `${(100 * table[name].top3).toFixed(1)} %`,
        name in overNgram ? percent(overNgram[name as keyof typeof overNgram]) : '',
        publishedOf(name),
      ]),
      [
        `held-out words that are in the vocabulary, which ${vocabulary.threshold} phones or more typed each; in one of as many words of all text in one place`,
        `${(100 * vocabulary.coverage).toFixed(1)} %`,
        `${(100 * vocabulary.pooledCoverage).toFixed(1)} %`,
      ],
      [
        'letters of the held-out words that need not be typed, with three suggestions of the hybrid after each letter',
        `${(100 * table.keystrokesSaved).toFixed(1)} %`,
      ],
      ['published: top-1 of', published.source],
    ],
  };
}

/** Formats recall against ε, with the parameters of the accounting. */
export function privateFindings(
  { pretrained, rows, separation, participations }: PrivateTable,
  { population, cohort, simulated, rounds, delta }: PrivateSettings,
  rest: { readonly settings: KeyboardTableSettings } & Readonly<Record<string, unknown>>,
): Findings {
  const points = ({ top1, top3 }: Recall) => ({ top1: 100 * top1, top3: 100 * top3 });
  const shown = (share: number) => `${(100 * share).toFixed(1)} %`;
  const count = (value: number) => value.toLocaleString('en');
  return {
    figures: {
      pretrained: points(pretrained),
      private: rows.map(({ epsilon, noiseMultiplier, recall }) => ({
        epsilon,
        noiseMultiplier,
        ...points(recall),
      })),
      accounting: { delta, population, cohort, rounds, separation, participations },
      simulated,
      ...rest,
    },
    table: [
      [
        `next-word recall after ${count(rounds)} rounds; ε at δ = ${delta} is that of ${count(population)} phones and cohorts of ${count(cohort)}, whose noise is added to the mean of ${count(simulated)} simulated ones`,
        'top-1',
        'top-3',
        'z',
      ],
      ["before the phones' text", shown(pretrained.top1), shown(pretrained.top3), ''],
      ...rows.map(({ epsilon, noiseMultiplier, recall }) => [
        `ε = ${epsilon ?? '∞'}`,
        shown(recall.top1),
        shown(recall.top3),
        epsilon === null ? '0' : noiseMultiplier.toPrecision(3),
      ]),
    ],
  };
}

function percent(share: number): string {
  return `${share < 0 ? '−' : '+'}${Math.abs(100 * share).toFixed(0)} %`;
}

/** Returns the published result for a row; its n-gram corresponds to the trigram. */
function publishedOf(name: keyof typeof rows): string {
  switch (name) {
    case 'trigram':
      return `${published.ngram.toFixed(1)} %`;
    case 'central':
      return `${published.server.toFixed(1)} %`;
    case 'federated':
      return `${published.federated.toFixed(1)} % (${percent(published.federated / published.ngram - 1)})`;
    default:
      return '';
  }
}
