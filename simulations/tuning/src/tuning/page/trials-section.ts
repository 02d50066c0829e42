import type { Section } from '@murmuration/monitoring/kit/document';
import { tableMarkup } from '@murmuration/monitoring/kit/figure';
import { html } from '@murmuration/monitoring/kit/markup';
import { quantity } from '@murmuration/monitoring/kit/quantities';
import { settingsText } from '../flat.ts';
import { inOrder } from '../search.ts';
import type { Tuned } from '../tuned.ts';
import { counted, trialName } from './words.ts';

/** How it was searched, and every trial. */
export function trialsSection(tuned: Tuned): Section {
  const { searches, rungs, on, better, unit, space, metric } = tuned;
  const scoreText = (score: number | null) => (score === null ? 'failed' : quantity(score, unit));
  const rows = searches.flatMap(({ seed, trials }) =>
    inOrder(trials, better).map(({ trial, scores, failure, point }) => [
      searches.length > 1 ? `search\u00a0${seed}, ${trialName(trial)}` : trialName(trial),
      ...rungs.map((_, rung) => (rung < scores.length ? scoreText(scores[rung]!) : '')),
      failure ? html`${settingsText(point.settings)} (${failure})` : settingsText(point.settings),
    ]),
  );
  return {
    id: 'trials',
    title: 'How it was searched',
    before: html`<div class="words"><p>Settings were drawn at random. ${rungs.map(({ trials, until }) => `${trials} ${trials === 1 ? 'was' : 'were'} trained for ${counted(until, tuned)}`).join(', ')}: one in ${space.eta} went on (successive halving, Jamieson and Talwalkar 2016). They were measured on ${on === 'proxy' ? 'public data, which is nobody’s (Kuo et al. 2023)' : 'a ninth of the devices’ training examples, which was set apart'}. All trials of a search had the same seed, so the same data, devices and first weights.</p></div>`,
    after: tableMarkup(
      'All trials',
      ['Trial', ...rungs.map(({ until }) => `${metric} after ${until}`), 'Values'],
      rows,
    ),
  };
}
