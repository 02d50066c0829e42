import { phrasesThreshold } from '@murmuration/demo-keyboard-app/task/query-names';
import type { MixedRecall } from '../demonstration/mixed-recall.ts';
import { inPercent, type RecallInPercent, recallIn } from '../demonstration/summary.ts';
import type { AnswerAudit } from '../exactness/answer-audit.ts';
import { countsInWords, type NgramStanding } from './asked-ngrams.ts';

/** Results about the n-grams that phones have in common. */
export interface NgramsOfRun {
  /** Reason why phones were not asked; undefined if they could be. */
  readonly unasked: string | undefined;
  readonly asked: NgramStanding | undefined;
  /** Recall of the newest version with the n-grams that it carries; null if it carries none. */
  readonly mixed: MixedRecall | null;
  readonly answerSums: AnswerAudit['figures'];
}

/** Figures for a program: recall and `share`, the weight of the n-grams in the mixture, in per cent. */
export function ngramFigures({ unasked, asked, mixed, answerSums }: NgramsOfRun) {
  const counts = asked?.state === 'found' || asked?.state === 'failed' ? asked.counts : [];
  return {
    state: asked?.state ?? 'unasked',
    reason: unasked ?? asked?.failure ?? null,
    threshold: phrasesThreshold,
    words: counts[0] ?? 0,
    pairs: counts[1] ?? 0,
    triples: counts[2] ?? 0,
    mixed: mixed && { ...recallIn(mixed), share: inPercent(mixed.share) },
    ...answerSums,
  };
}

/** Sentences for a person. `top1` and `top3` are those of the model without n-grams. */
export function aboutNgrams(of: NgramsOfRun & { readonly figures: RecallInPercent }): string[] {
  const { unasked, asked, mixed, answerSums, figures } = of;
  const { sumsExact, sumsChecked, sumsUnchecked } = answerSums;
  const lines: string[] = [];
  if (unasked !== undefined) lines.push(`Phones were not asked for their n-grams: ${unasked}.`);
  else if (asked?.state === 'unasked')
    lines.push(
      'Phones were not asked for their n-grams: that comes after the first round, and no other followed it.',
    );
  else if (asked?.state === 'asking')
    lines.push('Phones are still asked for their n-grams; the versions that come after that carry them.');
  else if (asked?.state === 'failed' && asked.failure !== null)
    lines.push(`Phones could not say all of their n-grams: ${asked.failure}`);
  if (mixed)
    lines.push(
      `Mixed with the ${countsInWords(asked?.counts ?? [])} that phones have in common, ${inPercent(mixed.share).toFixed(0)} % by weight, the model comes to ` +
        `${inPercent(mixed.top1).toFixed(1)} % top-1 and ${inPercent(mixed.top3).toFixed(1)} % top-3 recall${without(figures)}. ` +
        'The weight is chosen on half of the phones and measured on the others; nothing of a phone’s own is in it.',
    );
  if (sumsChecked > 0) lines.push(`${sumsExact} of ${sumsChecked} sums of answers exact.`);
  if (sumsUnchecked > 0)
    lines.push(
      `${sumsUnchecked} sums of answers can’t be checked: they hold a visitor’s answer, which only the visitor’s device knows, or began before this start.`,
    );
  return lines;
}

function without({ top1, top3 }: RecallInPercent): string {
  return top1 === null || top3 === null ? '' : ` (by itself ${top1.toFixed(1)} % and ${top3.toFixed(1)} %)`;
}
