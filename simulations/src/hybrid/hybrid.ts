import { smallModel } from '@murmuration/demo-keyboard-app/task/model';
import { nextWord } from '@murmuration/demo-keyboard-app/task/objective';
import { Vocabulary } from '@murmuration/demo-keyboard-app/task/vocabulary';
import { startBackend } from '@murmuration/engine/backend/backend';
import { tfjsTrainer } from '@murmuration/engine/training/tfjs-trainer';
import { systemClock } from '@murmuration/protocol/time/system-clock';
import { encodeModel } from '@murmuration/protocol/weights/model-files';
import { smsText } from '../data/sms.ts';
import { keyboardTask } from '../keyboard/task.ts';
import { heldOutText } from '../keyboard/text.ts';
import { seededRandom } from '../random/seeded-random.ts';
import type { Findings, ScenarioOptions } from '../study/study.ts';
import { figuresOf, type HybridFigures } from './figures.ts';
import { trainGlobal } from './global-training.ts';
import { livePhone, type PhoneFindings } from './phone.ts';
import { splitPhones } from './runs.ts';

/** After as many, recall on the phones that settings were chosen on rises no further. */
const rounds = 40;
/** Updates that make a round, as with `npm start`. */
const cohort = 40;
/**
 * Share of a phone's messages, its first ones, that it learns from before it is scored on the others. With fewer of them scored, a handful of
 * words decides whether a phone counts as worse off.
 */
const learnedShare = 0.25;

/**
 * Whether phones are better off with the hybrid model: rounds of the keyboard task train the global one, then phones that these rounds never
 * saw mix it with their own.
 */
export async function run({ seed, log }: ScenarioOptions): Promise<Findings> {
  const began = systemClock.now();
  const text = smsText();
  const { training, reported } = splitPhones(text.phones.length, seed);
  const phones = training.map(phone => text.phones[phone]!);
  const heldOut = heldOutText({ ...text, phones }, smallModel.vocabulary);
  const vocabulary = new Vocabulary(heldOut.words);
  const { backend } = await startBackend();
  log(
    `${training.length} phones train the global model on ${backend}: ${rounds} rounds of ${cohort}, without masks.`,
  );
  const model = await trainGlobal({
    task: keyboardTask({
      cohort,
      devices: phones.length,
      overSelection: 1,
      seed,
      masking: 'off',
      graph: 'sparse',
      lose: 0,
      heldOut,
    }),
    objective: nextWord(vocabulary),
    phones: phones.map(({ train }) => train),
    rounds,
    seed,
    random: seededRandom(seed, 'hybrid'),
    trained: (round, loss) => log(`Round ${round} of ${rounds}: loss ${loss.toFixed(3)} nats.`),
  });
  const trainer = tfjsTrainer(nextWord(vocabulary));
  const bytes = encodeModel(model.topology, model.layout, model.weights);
  const lives: PhoneFindings[] = [];
  for (const phone of reported) {
    const { train, heldOut: last } = text.phones[phone]!;
    const messages = [...train, ...last];
    const cut = Math.round(messages.length * learnedShare);
    lives.push(
      await livePhone(messages.slice(0, cut), messages.slice(cut), { model: bytes, vocabulary, trainer }),
    );
    log(`${lives.length} of ${reported.length} phones that the rounds never saw are scored.`);
  }
  await trainer.close();
  const figures = figuresOf(
    lives.map(({ recalls }) => recalls),
    seed,
  );
  const lambdas = lives.map(({ report }) => report?.lambda ?? 0);
  const seconds = (systemClock.now() - began) / 1_000;
  return {
    figures: {
      ...figures,
      lambda: { mean: mean(lambdas), least: Math.min(...lambdas), most: Math.max(...lambdas) },
      fallBacks: lambdas.filter(lambda => lambda === 0).length,
      phones: reported.length,
      trainingPhones: training.length,
      rounds,
      seed,
      seconds,
    },
    table: tableOf(figures, mean(lambdas)),
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function tableOf({ global, personal, hybrid, gain, ...rest }: HybridFigures, lambda: number): string[][] {
  const row = (name: string, { top1, top3 }: { top1: number; top3: number }) => [
    name,
    `${top1.toFixed(1)} %`,
    `${top3.toFixed(1)} %`,
  ];
  const interval = ([low, high]: readonly [number, number]) => `${low.toFixed(1)} to ${high.toFixed(1)}`;
  return [
    ['recall of the next word on phones that training never saw', 'top-1', 'top-3'],
    row('the global model', global),
    row('what each phone learned by itself', personal),
    row(`the hybrid, λ = ${lambda.toFixed(2)} on average`, hybrid),
    ['gain, 95 % interval over phones, points', interval(gain.intervalTop1), interval(gain.interval)],
    [
      'phones that the hybrid serves as well or better',
      `${(100 * rest.betterOrEqualShareTop1).toFixed(0)} %`,
      `${(100 * rest.betterOrEqualShare).toFixed(0)} %`,
    ],
    ['points that the others lose, on average', '', rest.meanLossOfOthers.toFixed(2)],
  ];
}
