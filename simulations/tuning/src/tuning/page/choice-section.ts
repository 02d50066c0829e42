import type { Section } from '@murmuration/monitoring/kit/document';
import { tableMarkup } from '@murmuration/monitoring/kit/figure';
import { html } from '@murmuration/monitoring/kit/markup';
import { difference, quantity } from '@murmuration/monitoring/kit/quantities';
import { settingsText } from '../flat.ts';
import type { Finished, Tuned } from '../tuned.ts';
import { trialName } from './words.ts';

/** Section on the chosen trial: the reason, its held-out result, and the command that runs it. */
export function choiceSection(tuned: Tuned): Section {
  const { searches, own, finalSeeds, metric, unit, command, proposed, space } = tuned;
  const withError = (value: number | null, error: number | null) =>
    error === null ? quantity(value, unit) : `${quantity(value, unit)} ± ${quantity(error, unit)}`;
  const rows = [...searches.flatMap(({ final, grid }) => (grid ? [final, grid.final] : [final])), own].map(
    ({ name, mean, error, scores, settings }: Finished) => [
      name,
      withError(mean, error),
      scores.map(score => quantity(score, unit).replace(' ', '\u00a0')).join(', '),
      settingsText(settings) || '–',
    ],
  );
  const { trials, judged } = proposed;
  const repeats = judged.map(({ trial, score, error, behind }, i) => [
    html`${trialName(trial)}${i === 0 ? ', chosen' : ''}`,
    quantity(trials[trial]!.scores.at(-1), unit),
    withError(score, error),
    i === 0 || !behind
      ? '–'
      : `${difference(-behind.mean * (tuned.better === 'higher' ? 1 : -1), unit)}${behind.error === null ? '' : ` ± ${quantity(behind.error, unit)}`}`,
    settingsText(trials[trial]!.point.settings),
  ]);
  return {
    id: 'choice',
    title: 'The choice',
    before: html`<div class="words"><p>${space.training === 'central' ? 'A task that trains in one place takes it as:' : 'This command runs it:'}</p></div>
<p class="command"><code>${command}</code></p>
<div class="words"><p>Held-out data was read once, after all was chosen: each setting was trained on all examples of the devices from seeds ${finalSeeds.join(', ')}.</p></div>`,
    after: html`${tableMarkup(
      `${metric} on held-out data`,
      ['Setting', `${metric} on held-out data, mean ± standard error`, 'By seed', 'Values'],
      rows,
    )}
<h3>Why this one</h3>
<div class="words"><p>The leaders of ${searches.length > 1 ? `search ${proposed.seed}` : 'the search'} were trained ${judged.length > 0 ? `${space.repeats} more times` : 'again'} each, all from the same new seeds, on the devices’ own examples, and measured on those set apart. Only these repeats count: what brought a trial into the lead was partly luck.</p></div>
${tableMarkup(
  'The leaders by their repeats',
  ['Leader', 'In the lead with', 'Repeats, mean ± standard error', 'To the chosen one, by seed', 'Values'],
  repeats,
)}`,
  };
}
