import { type Content, html, type Markup } from '@murmuration/monitoring/page/markup';
import type { Chart, EffectChart, LineChart, StackChart } from './chart.ts';
import { difference, quantity } from './quantities.ts';

/** Maximum rows of the table that accompanies a chart; the CSV has every round. */
const maxTableRows = 40;

/** Chart with its title and summary. */
export interface Figure {
  /** Id within the page: letters, digits and dashes. */
  readonly id: string;
  readonly title: string;
  /** Text alternative of the chart. */
  readonly summary: string;
  readonly chart: Chart;
}

/** Renders a figure: a placeholder for the chart, its legend, and its values as a table. */
export function figureOf({ id, title, summary, chart }: Figure): Markup {
  return html`<figure class="chart" id="${id}">
<figcaption><h3>${title}</h3><p>${summary}</p></figcaption>
<div class="plot" data-chart="${id}" aria-hidden="true"></div>
${legendOf(chart)}
<details><summary>${title}: values as a table</summary>${tableOf(chart, title)}</details>
</figure>`;
}

function legendOf(chart: Chart): Content {
  if (chart.kind === 'changes') {
    return html`<ul class="legend"><li><i class="swatch better"></i>better off</li><li><i class="swatch worse"></i>worse off</li></ul>`;
  }
  if (chart.kind === 'effect') {
    return html`<ul class="legend"><li><i class="swatch dot c6"></i>a trial</li><li><i class="swatch c1"></i>expected, whatever the other settings are</li></ul>`;
  }
  const entries = chart.kind === 'lines' ? chart.lines : chart.layers;
  return html`<ul class="legend">${entries.map(
    entry =>
      html`<li><i class="swatch c${entry.colour}${'dashed' in entry && entry.dashed ? ' dashed' : ''}"></i>${entry.name}</li>`,
  )}${chart.kind === 'lines' && chart.references.length > 0 ? html`<li><i class="swatch published"></i>published</li>` : null}</ul>`;
}

function tableOf(chart: Chart, caption: string): Markup {
  if (chart.kind === 'lines') return lineTable(chart, caption);
  if (chart.kind === 'stack') return stackTable(chart, caption);
  if (chart.kind === 'effect') return effectTable(chart, caption);
  const rows = everyNth(chart.change.map((change, i) => ({ place: i * chart.clientsPerBar + 1, change })));
  return tableMarkup(
    caption,
    ['Client, from the worst off', chart.label],
    rows.map(({ place, change }) => [place, difference(change, chart.unit)]),
  );
}

function lineTable({ lines, unit, step = 'round' }: LineChart, caption: string): Markup {
  const values = lines.map(({ round, value }) => new Map(round.map((number, i) => [number, value[i]!])));
  const rounds = [...new Set(lines.flatMap(({ round }) => round))].sort((one, other) => one - other);
  return tableMarkup(
    caption,
    [step === 'round' ? 'Round' : 'Epoch', ...lines.map(({ name }) => name)],
    everyNth(rounds).map(number => [number, ...values.map(of => quantity(of.get(number), unit))]),
  );
}

function stackTable({ round, layers, unit, roundsPerBar }: StackChart, caption: string): Markup {
  return tableMarkup(
    caption,
    [roundsPerBar > 1 ? 'Round, in the middle' : 'Round', ...layers.map(({ name }) => name)],
    everyNth(round.map((_, i) => i)).map(i => [
      round[i]!,
      ...layers.map(({ value }) => quantity(value[i], unit)),
    ]),
  );
}

function effectTable(
  { setting, label, unit, scale, choices, expected }: EffectChart,
  caption: string,
): Markup {
  return tableMarkup(
    caption,
    [setting, `${label}, expected`, 'from', 'to'],
    everyNth(expected.at.map((_, i) => i)).map(i => [
      scale === 'choices' ? choices[expected.at[i]!]! : quantity(expected.at[i], 'number'),
      ...[expected.value, expected.low, expected.high].map(values => quantity(values[i], unit)),
    ]),
  );
}

/** Renders a table whose first column names the rows; it scrolls separately if it is too wide. */
export function tableMarkup(
  caption: string,
  head: readonly Content[],
  rows: readonly (readonly Content[])[],
): Markup {
  return html`<div class="scroll" role="group" aria-label="${caption}" tabindex="0"><table${head.length > 3 ? html` class="wide"` : null}>
<thead><tr>${head.map(cell => html`<th scope="col">${cell}</th>`)}</tr></thead>
<tbody>${rows.map(
    ([
      first,
      ...rest
    ]) => html`<tr><th scope="row">${first!}</th>${rest.map(cell => html`<td>${cell}</td>`)}</tr>
`,
  )}</tbody></table></div>`;
}

/** Thins values to a readable number of rows, including the last one. */
function everyNth<T>(values: readonly T[]): T[] {
  const step = Math.ceil(values.length / maxTableRows);
  return values.filter((_, i) => i % step === 0 || i === values.length - 1);
}
