import { firstWordId, mostFrequentWords } from '@murmuration/demo-keyboard-app/task/vocabulary';
import { piecesNeeded } from '@murmuration/protocol/queries/text-digest';
import { systemClock } from '@murmuration/protocol/time/system-clock';
import { smsText } from '@murmuration/simulations/data/sms';
import { percent } from '@murmuration/simulations/study/percent';
import type { Findings, ScenarioOptions } from '@murmuration/simulations/study/study';
import type { AskedRound } from './asked-phones.ts';
import { bothRounds } from './both-rounds.ts';
import { vocabularySettings } from './settings.ts';
import { coverage, phonesByWord, wordsOf } from './words.ts';

export const schema = vocabularySettings;

/** Limits of the promise about rare words, which no figure shows. */
const claim = `A word that fewer than ${piecesNeeded} phones say can't be read, whatever the coordinator asks, unless it is guessed (QY8, QY9); from ${piecesNeeded} phones on the coordinator keeps the threshold. Sums have no noise.`;

/**
 * Finds the words that at least `threshold` phones have typed by a query for heavy hitters, in two rounds of
 * the devices' and the coordinator's own code, and compares them with those of the pooled text. The split is
 * that of the keyboard table.
 */
export async function run({ seed, settings: given, log }: ScenarioOptions): Promise<Findings> {
  const began = systemClock.now();
  const settings = schema.parse(given ?? {});
  const { phones: number, threshold } = settings;
  const text = smsText();
  const phones = text.phones.slice(0, number);
  const typed = phones.map(({ train }) => wordsOf(train));
  const { sketch, table } = await bothRounds(typed, settings, seed, log);
  const counted = table?.phones.map(phone => typed[phone]!) ?? [];
  const byPhones = phonesByWord(counted);
  const wanted = [...byPhones].filter(([, count]) => count >= threshold).map(([word]) => word);
  log(`${wanted.length} words that ${threshold} or more of ${counted.length} phones have typed.`);
  const { texts: found, unread, chance } = table?.figures ?? { texts: [], unread: 0, chance: 0 };
  const right = found.filter(each => (byPhones.get(each.text) ?? 0) >= threshold);
  const heldOut = wordsOf(phones.flatMap(phone => phone.heldOut));
  const pooled = (words: number) =>
    mostFrequentWords(
      phones.flatMap(({ train }) => train),
      firstWordId + words,
    ).words;
  const rounds = [sketch, ...(table ? [table] : [])];
  const perPhone = (of: (round: AskedRound) => number) =>
    rounds.reduce((sum, round) => sum + of(round) * round.phones.length, 0) / phones.length;
  const figures = {
    scenario: 'vocabulary',
    recall: right.length / wanted.length,
    precision: found.length > 0 ? right.length / found.length : 1,
    bytesUpPerDevice: perPhone(round => round.answerBytes),
    bytesUp: { sketch: sketch.answerBytes, table: table?.answerBytes ?? 0 },
    maskingBytesPerDevice: settings.masking === 'on' ? perPhone(round => round.maskingBytes) : null,
    wordsPerDevice: settings.wordsPerDevice,
    words: found.length,
    wordsWanted: wanted.length,
    phonesAsked: { sketch: sketch.phones.length, table: counted.length },
    unread,
    chanceAtThreshold: chance,
    countsRight: right.filter(each => each.devices === byPhones.get(each.text)).length,
    coverage: {
      found: coverage(
        heldOut,
        found.map(each => each.text),
      ),
      pooled: coverage(heldOut, pooled(found.length)),
      allWords: coverage(heldOut, byPhones.keys()),
    },
    threshold,
    readableFrom: piecesNeeded,
    claim,
    phones: phones.length,
    settings,
    splitSha256: text.splitSha256,
    seed,
    seconds: (systemClock.now() - began) / 1_000,
  };
  return { figures, table: tableOf(figures) };
}

interface Shown {
  readonly recall: number;
  readonly precision: number;
  readonly bytesUpPerDevice: number;
  readonly bytesUp: { readonly sketch: number; readonly table: number };
  readonly maskingBytesPerDevice: number | null;
  readonly wordsPerDevice: number;
  readonly words: number;
  readonly wordsWanted: number;
  readonly phonesAsked: { readonly sketch: number; readonly table: number };
  readonly coverage: { readonly found: number; readonly pooled: number; readonly allWords: number };
  readonly threshold: number;
  readonly phones: number;
}

function tableOf(shown: Shown): string[][] {
  const { coverage: of, bytesUp, maskingBytesPerDevice: masks, phonesAsked: asked } = shown;
  return [
    [
      `the words of ${shown.phones} phones, ${asked.sketch} asked in a sketch and ${asked.table} for counts`,
      'figure',
    ],
    [
      `found, of ${shown.wordsWanted} that ${shown.threshold} phones or more of the latter typed; a phone says ${shown.wordsPerDevice} at most`,
      percent(shown.recall),
    ],
    [`right, of ${shown.words} found`, percent(shown.precision)],
    [
      `bytes up of a phone, in one of the rounds: ${bytesUp.sketch} in the sketch, ${bytesUp.table} for counts`,
      shown.bytesUpPerDevice.toFixed(0),
    ],
    ['bytes beside them that mask them', masks === null ? 'not masked' : masks.toFixed(0)],
    ['held-out words that are among those found', percent(of.found)],
    ['among as many of the most frequent words of all text in one place', percent(of.pooled)],
    ['among all words of all text in one place', percent(of.allWords)],
    [claim],
  ];
}
