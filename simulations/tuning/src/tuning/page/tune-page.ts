import { type ReportContent, reportPage, type Tile } from '@murmuration/monitoring/kit/document';
import { html } from '@murmuration/monitoring/kit/markup';
import { quantity } from '@murmuration/monitoring/kit/quantities';
import { mean } from '../choice.ts';
import { flatPoint, settingText } from '../flat.ts';
import type { Tuned } from '../tuned.ts';
import { choiceSection } from './choice-section.ts';
import { curvesSection } from './curves-section.ts';
import { mattered } from './mattered-section.ts';
import { trialsSection } from './trials-section.ts';
import { unitOf } from './words.ts';

/** The page of a search: one file of HTML that opens anywhere and loads nothing. */
export function tunePage(tuned: Tuned): string {
  return reportPage({
    title: `${tuned.scenario}: settings that were searched`,
    ...head(tuned),
    sections: [choiceSection(tuned), mattered(tuned), curvesSection(tuned), trialsSection(tuned)],
    footer: html`All figures are in <code>tune.json</code>, all trainings in <code>tune.jsonl</code>, beside this page.`,
  });
}

function head(tuned: Tuned): Pick<ReportContent, 'kind' | 'heading' | 'about' | 'tiles'> {
  const { scenario, shows, proposed, own, searches, cost, metric, unit, finalSeeds, space } = tuned;
  const seeds = searches.map(({ seed }) => seed).join(', ');
  const gridCost = searches.reduce((sum, { grid }) => sum + (grid?.cost ?? 0), 0);
  const grids = searches.flatMap(({ grid }) => grid?.final.mean ?? []);
  const tiles: Tile[] = [
    {
      name: `${metric}, held-out data`,
      value: quantity(proposed.final.mean, unit),
      beside: `mean of ${finalSeeds.length} seeds`,
    },
    { name: "the scenario's own settings", value: quantity(own.mean, unit), beside: 'the same seeds' },
    ...(grids.length > 0
      ? [
          {
            name: 'the best of the grid',
            value: quantity(mean(grids), unit),
            beside: grids.length > 1 ? `mean of ${grids.length} grids, the same seeds` : 'the same seeds',
          },
        ]
      : []),
    {
      name: `${unitOf(tuned)} searched`,
      value: quantity(cost, 'count'),
      beside:
        gridCost > 0
          ? `${quantity(cost / gridCost, 'share')} of the grid's ${quantity(gridCost, 'count')}`
          : `${space.trials} trials${searches.length > 1 ? ' a search' : ''}`,
    },
  ];
  return {
    kind: `Search of settings, ${searches.length === 1 ? 'seed' : 'seeds'} ${seeds}`,
    heading: scenario,
    about: html`<p class="shows">${shows}</p>
<p class="ending">${flatPoint(proposed.final.settings).map(each => html`<span class="state">${settingText(each)}</span> `)}</p>`,
    tiles,
  };
}
