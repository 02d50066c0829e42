import type { LineChart } from '@murmuration/monitoring/kit/chart';
import { nothing, reportPage, type Section } from '@murmuration/monitoring/kit/document';
import { tableMarkup } from '@murmuration/monitoring/kit/figure';
import { type Content, html } from '@murmuration/monitoring/kit/markup';
import { quantity } from '@murmuration/monitoring/kit/quantities';
import { eventsOf, eventsSection } from '../events.ts';
import { colourOf, lineOf, referencesFor, rounded } from '../learning-charts.ts';
import { abscissaChoice } from '../run-page/learning.ts';
import { type AveragedCurve, averaged } from './averages.ts';
import { figureRows, settingRows } from './comparison-table.ts';
import { descriptionIn, metricsOfAll } from './final-figures.ts';
import type { Group } from './groups.ts';

/** Renders the comparison of runs as one HTML file that loads nothing. */
export function comparisonPage(groups: readonly Group[]): string {
  const scenarios = [...new Set(groups.map(({ runs }) => runs[0].begun.scenario))].join(', ');
  const count = groups.reduce((sum, { runs }) => sum + runs.length, 0);
  const all = groups.flatMap(({ letter, runs }) =>
    runs.flatMap(run => {
      const name = runs.length > 1 ? `${letter}, seed ${run.begun.seed}` : letter;
      return eventsOf(run).map(event => ({ ...event, text: `${name}: ${event.text}` }));
    }),
  );
  const { events, section } = eventsSection(all, 'metric-1');
  return reportPage({
    title: `${scenarios}: runs side by side`,
    kind: 'Simulation runs, side by side',
    heading: scenarios,
    about: html`<p class="shows">${count} ${count === 1 ? 'run' : 'runs'}; runs of one name that differ only in their seed are averaged, within a band from the lowest to the highest of them.</p>
<ul class="runs">${groups.map(
      (group, index) =>
        html`<li><i class="swatch c${colourOf(index)}"></i><b>${group.letter}</b> ${group.name}<span>${seedsOf(group)}</span></li>`,
    )}</ul>`,
    tiles: [],
    events,
    sections: [curves(groups), section, figures(groups), settings(groups), origins(groups)],
    footer: 'Each run has a page of its own, beside its events and curves.',
  });
}

function curves(groups: readonly Group[]): Section {
  const figures = metricsOfAll(groups).flatMap((metric, index) => {
    const averages = groups.map(({ runs }) => averaged(runs, metric));
    if (averages.every(({ round }) => round.length === 0)) return [];
    return [
      {
        id: `metric-${index + 1}`,
        title: metric,
        summary: told(groups, averages, metric),
        chart: chartOf(groups, averages, metric),
      },
    ];
  });
  return {
    id: 'curves',
    title: 'Curves',
    before: figures.length > 0 ? abscissaChoice() : nothing('None of the runs has measured anything yet.'),
    figures,
  };
}

function chartOf(groups: readonly Group[], averages: readonly AveragedCurve[], metric: string): LineChart {
  const references = groups.flatMap(({ runs }) => referencesFor(runs[0], [metric]));
  return {
    kind: 'lines',
    unit: descriptionIn(groups, metric).unit,
    label: metric,
    lines: averages.flatMap((curve, index) => {
      if (curve.round.length === 0) return [];
      const { letter, name, runs } = groups[index]!;
      const line = lineOf(curve, `${letter}: ${name}`, colourOf(index));
      if (runs.length === 1) return [line];
      const places = new Map(curve.round.map((number, i) => [number, i]));
      const edge = (of: readonly number[]) => line.round.map(number => rounded(of[places.get(number)!]!));
      return [{ ...line, band: { low: edge(curve.low), high: edge(curve.high) } }];
    }),
    references: [...new Map(references.map(one => [JSON.stringify(one), one])).values()],
  };
}

function told(groups: readonly Group[], averages: readonly AveragedCurve[], metric: string): string {
  const { unit } = descriptionIn(groups, metric);
  return averages
    .map(({ round, value }, i) =>
      round.length > 0
        ? `${groups[i]!.letter} came to ${quantity(value.at(-1), unit)} in round ${round.at(-1)}.`
        : `${groups[i]!.letter} did not measure it.`,
    )
    .join(' ');
}

function figures(groups: readonly Group[]): Section {
  const title = 'What they came to';
  const after = tableMarkup(title, ['Figure', ...groups.map(headOf)], figureRows(groups));
  return { id: 'figures', title, after };
}

function settings(groups: readonly Group[]): Section {
  const [id, title, rows] = ['settings', 'Settings that differ', settingRows(groups)];
  if (rows.length === 0) return { id, title, before: nothing('All settings are the same.') };
  return { id, title, after: tableMarkup(title, ['Setting', ...groups.map(headOf)], rows) };
}

function origins(groups: readonly Group[]): Section {
  const title = 'Where they come from';
  const head = ['Run', 'Murmuration', 'Node', 'Engine', 'Ended', 'SHA-256 of the weights'];
  const rows = groups.flatMap(({ letter, runs }) =>
    runs.map(({ begun, ended }) => [
      html`${letter}, seed ${begun.seed}`,
      begun.versions.murmuration,
      begun.versions.node,
      begun.versions.engine,
      ended?.outcome ?? 'not ended',
      html`<code>${ended?.weightsSha256?.slice(0, 16) ?? '–'}</code>`,
    ]),
  );
  return { id: 'origins', title, after: tableMarkup(title, head, rows) };
}

const headOf = ({ letter, name }: Group): Content => `${letter}: ${name}`;

function seedsOf({ runs }: Group): string {
  const seeds = runs.map(({ begun }) => begun.seed).join(', ');
  return runs.length === 1 ? `seed ${seeds}` : `seeds ${seeds}`;
}
