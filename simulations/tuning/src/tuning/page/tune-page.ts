import { type Content, html } from '@murmuration/monitoring/page/markup';
import { documentOf, type PageAssets } from '@murmuration/simulations/report/document';
import { quantity } from '@murmuration/simulations/report/quantities';
import { chartsOf, sectionOf } from '@murmuration/simulations/report/section';
import { mean } from '../choice.ts';
import { flatPoint, settingText } from '../flat.ts';
import type { Tuned } from '../tuned.ts';
import { choiceSection } from './choice-section.ts';
import { curvesSection } from './curves-section.ts';
import { mattered } from './mattered-section.ts';
import { trialsSection } from './trials-section.ts';
import { unitOf } from './words.ts';

/** The page of a search: one file of HTML that opens anywhere and loads nothing. */
export function tunePage(tuned: Tuned, assets: PageAssets): string {
  const sections = [choiceSection(tuned), mattered(tuned), curvesSection(tuned), trialsSection(tuned)];
  const content = html`${head(tuned)}
<main id="content">
<nav aria-label="Sections"><ul>${sections.map(({ id, title }) => html`<li><a href="#${id}">${title}</a></li>`)}</ul></nav>
${sections.map(sectionOf)}
</main>
<footer>All figures are in <code>tune.json</code>, all trainings in <code>tune.jsonl</code>, beside this page.</footer>`;
  return documentOf(`${tuned.scenario}: settings that were searched`, content, chartsOf(sections), assets);
}

function head(tuned: Tuned): Content {
  const { scenario, shows, proposed, own, searches, cost, metric, unit, finalSeeds, space } = tuned;
  const seeds = searches.map(({ seed }) => seed).join(', ');
  const gridCost = searches.reduce((sum, { grid }) => sum + (grid?.cost ?? 0), 0);
  const grids = searches.flatMap(({ grid }) => grid?.final.mean ?? []);
  const tiles: { name: string; value: string; beside: string }[] = [
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
  return html`<header>
<p class="kind">Search of settings, ${searches.length === 1 ? 'seed' : 'seeds'} ${seeds}</p>
<h1>${scenario}</h1>
<p class="shows">${shows}</p>
<p class="ending">${flatPoint(proposed.final.settings).map(each => html`<span class="state">${settingText(each)}</span> `)}</p>
<dl class="tiles">${tiles.map(
    ({
      name,
      value,
      beside,
    }) => html`<div><dt>${name}</dt><dd><b>${value}</b><span>${beside}</span></dd></div>
`,
  )}</dl>
</header>`;
}
