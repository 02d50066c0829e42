import type { Recall } from '@murmuration/demo-keyboard-app/task/recall';
import { systemClock } from '@murmuration/protocol/time/system-clock';
import type { RoundRecord } from '@murmuration/rounds/round/record';
import { countedNgrams } from '@murmuration/rounds/rounds/ngram-chain';
import type { measureBaselines } from '@murmuration/studies/baselines/baselines';
import { keptVersion } from './demonstration/kept-head.ts';
import { mixedRecallOf, recallOf } from './demonstration/learned.ts';
import { recallIn, summary } from './demonstration/summary.ts';
import { SumAudits } from './exactness/sum-audits.ts';
import { aboutNgrams, ngramFigures } from './phrases/ngram-report.ts';
import type { Demonstration, KeyboardStart } from './start-keyboard.ts';

/** Reasons why sums can't be checked. */
const reasons = {
  stranger: "they, or a model before them, hold a visitor's update, which only the visitor's device knows.",
  earlier: 'a round went on that began before this start, and what its phones sent then is not kept.',
} as const;

/** Checks every sum of updates and answers. */
export function openAudits(
  { display, began }: KeyboardStart,
  { phones, task, phrases, storage, coordinator, head, visitors }: Demonstration,
): SumAudits {
  const countedNow = async () =>
    phrases ? countedNgrams(task, phrases.name, storage.queryResults, systemClock.now()) : null;
  const audits = new SumAudits({
    task,
    head,
    events: coordinator.events,
    shown: async ({ query, number, round }: RoundRecord) => {
      const [result] = await storage.queryResults.results(task.name, query!, number + 1, 1);
      return result?.round === round ? result.figures : null;
    },
    ngrams: async () => (await countedNow())?.file,
    isStranger: device => visitors.has(device),
    since: began,
    differs: ({ number, query }) => {
      display.say(
        query === undefined
          ? `Round ${number}: its model is not what the updates of its contributors add up to.`
          : `Round ${number}: what it shows is not what the answers of its contributors add up to.`,
      );
      process.exitCode = 1;
    },
  });
  phones.on('event', event => {
    if (event.type === 'update') audits.update(event);
    if (event.type === 'answer') audits.answer(event);
    if (event.type === 'backend') display.sayOnce(`Phones train on ${event.backend}: ${event.reason}.`);
    if (event.type === 'engine') display.sayOnce(`Training is ${event.engine}: ${event.reason}.`);
  });
  return audits;
}

/** Rounds, and the version they started from. */
interface Rounds {
  readonly records: readonly RoundRecord[];
  /** Recall of the version before the first one. */
  readonly first: Recall;
  readonly baselines: ReturnType<typeof measureBaselines>;
  readonly audits: SumAudits;
}

/** Displays the results of the rounds, and prints them as JSON if requested. */
export async function sayFindings(
  { options, text, display, began }: KeyboardStart,
  demonstration: Demonstration,
  { records, first, baselines, audits }: Rounds,
): Promise<void> {
  const { ngrams, storage, heldOut, unasked, vocabulary, visitorUpdates } = demonstration;
  const seconds = (systemClock.now() - began) / 1_000;
  const { sumsExact, sumsChecked, sumsUnchecked, unknown } = await audits.models();
  const asked = await ngrams?.standing();
  const answerSums = await audits.answers();
  const last = records.findLast(({ model }) => model !== null)?.model;
  const mixed = last
    ? await mixedRecallOf(await keptVersion(storage, last), heldOut.words, text.phones)
    : null;
  display.foot();
  const figures = summary(options, first, records);
  display.say(
    `${records.length} rounds in ${seconds.toFixed(0)} s${
      sumsChecked > 0 ? `; ${sumsExact} of ${sumsChecked} sums exact to the last bit` : ''
    }.`,
  );
  if (options.compared === undefined && figures.gain.top1 !== null && figures.gain.top3 !== null)
    display.say(
      `The rounds taught ${signed(figures.gain.top1)} points of top-1 recall and ${signed(figures.gain.top3)} of top-3.`,
    );
  if (unknown) display.say(`${sumsUnchecked} sums can't be checked: ${reasons[unknown]}`);
  for (const line of aboutNgrams({ unasked, asked, mixed, answerSums, figures })) display.say(line);
  if (figures.failedRounds === records.length) {
    display.say('Every round failed, so the model has learned nothing.');
    process.exitCode = 1;
  }
  if (!options.json) return;
  const measured =
    options.compared !== undefined && last && (await recallOf(await keptVersion(storage, last), heldOut));
  const { heldOutWords, splitSha256 } = text;
  process.stdout.write(
    `${JSON.stringify({
      ...figures,
      ...(measured && { ...recallIn(measured), visitorUpdates: visitorUpdates() }),
      vocabulary: vocabulary.figures,
      ngrams: ngramFigures({ unasked, asked, mixed, answerSums }),
      sumsExact,
      sumsChecked,
      unigram: recallIn(baselines.unigram),
      trigram: recallIn(baselines.trigram),
      heldOutWords,
      splitSha256,
      seconds,
    })}\n`,
  );
}

function signed(points: number): string {
  return points < 0 ? `−${Math.abs(points)}` : `+${points}`;
}
