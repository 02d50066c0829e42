import type { Abscissa, Chart, ChartEvent } from './chart.ts';
import { type ChartValues, columnsOf } from './columns.ts';
import { draw } from './drawings.ts';
import { type Content, dataBlock, html, type Markup } from './markup.ts';

/** Maximum rows of the table that accompanies a chart; its CSV has all. */
const maxFigureRows = 40;

/** Chart with its title and summary. */
export interface Figure {
  /** Id within the page: letters, digits and dashes. */
  readonly id: string;
  readonly title: string;
  /** Text alternative of the chart. */
  readonly summary: string;
  readonly chart: Chart;
}

/** Renders a figure: the chart, marked by the events, its legend, and its values as a table and a file. */
export function figureOf({ id, title, summary, chart }: Figure, events: readonly ChartEvent[] = []): Markup {
  const columns = columnsOf(chart, 'round', events);
  const overs = (['round', 'bytes', 'ms'] as const).filter(
    over => over === 'round' || (chart.kind === 'lines' && chart.lines.every(line => line[over])),
  );
  return html`<figure class="chart" id="${id}">
<figcaption><h3>${title}</h3><p>${summary}</p></figcaption>
<div class="views" data-chart="${id}" aria-hidden="true">${overs.map(over => view(chart, over, events))}</div>
${legendOf(chart, columns.rounds !== undefined && events.length > 0)}
<details><summary>${title}: values as a table</summary>${tableOf(columns, title)}
${csvLink(id, `All values of ${title} as CSV`, rowsOf(columns))}</details>
</figure>`;
}

/** Renders a chart over an abscissa, with what the page's script shows under the pointer. */
function view(chart: Chart, over: Abscissa, events: readonly ChartEvent[]): Markup {
  const { x, markup } = draw(chart, over, events);
  const { at, rounds, place, values } = columnsOf(chart, over, events);
  // The uppermost layer is named first.
  const ordered = chart.kind === 'stack' ? values.toReversed() : values;
  const name = place.name.replace(/,.*/, '');
  const shown = {
    at: at.map(each => Number(x.at(each).toFixed(2))),
    rounds,
    heads: place.values.map(value => `${name} ${place.format(value)}`.trim()),
    rows: ordered.map(({ name, colour, values, format }) => ({
      name,
      colour,
      texts: values.map(value => (value === undefined ? null : format(value))),
    })),
  };
  return html`<div class="view over-${over}">${markup}${rounds ? html`<div class="mark" hidden></div>` : null}${dataBlock(shown)}</div>`;
}

function legendOf(chart: Chart, hasEvents: boolean): Content {
  const swatches: [string, string][] =
    chart.kind === 'changes'
      ? [
          ['better', 'better off'],
          ['worse', 'worse off'],
        ]
      : chart.kind === 'effect'
        ? [
            ['dot c6', 'a trial'],
            ['c1', 'expected, whatever the other settings are'],
          ]
        : chart.kind === 'stack'
          ? chart.layers.map(({ name, colour }) => [`c${colour}`, name])
          : [
              ...chart.lines.map(({ name, colour, dashed }): [string, string] => [
                `c${colour}${dashed ? ' dashed' : ''}`,
                name,
              ]),
              ...(chart.references.length > 0 ? [['published', 'published'] as [string, string]] : []),
            ];
  if (hasEvents) swatches.push(['dot event', 'something happened']);
  return html`<ul class="legend">${swatches.map(([look, name]) => html`<li><i class="swatch ${look}"></i>${name}</li>`)}</ul>`;
}

function tableOf({ place, values }: ChartValues, caption: string): Markup {
  const step = Math.ceil(place.values.length / maxFigureRows);
  const shown = place.values.map((_, i) => i).filter(i => i % step === 0 || i === place.values.length - 1);
  return tableMarkup(
    caption,
    [place, ...values].map(({ name }) => name),
    shown.map(i => [place, ...values].map(({ values, format }) => format(values[i]))),
  );
}

/** Returns the values as they are, without units, below the names of their columns. */
function rowsOf({ place, values }: ChartValues): unknown[][] {
  const columns = [place, ...values];
  const rows = place.values.map((_, i) => columns.map(({ values }) => values[i]));
  return [columns.map(({ name }) => name), ...rows];
}

/** Renders a link that downloads rows as CSV (RFC 4180), into a file of this name. */
export function csvLink(name: string, text: string, rows: readonly (readonly unknown[])[]): Markup {
  const cell = (value: unknown) => {
    const text = String(value ?? '');
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  const csv = rows.map(row => `${row.map(cell).join(',')}\r\n`).join('');
  return html`<a download="${name}.csv" href="data:text/csv;charset=utf-8,${encodeURIComponent(csv)}">${text}</a>`;
}

/** Renders a table of events whose rounds the page marks in its charts; `figure` is the first of these. */
export function eventsTable(events: readonly ChartEvent[], figure: string): Markup {
  return tableMarkup(
    'Events',
    ['Round', 'What happened'],
    events.map(({ round, text }) => [html`<a data-round="${round}" href="#${figure}">${round}</a>`, text]),
  );
}

/**
 * Renders a table whose first column names the rows. It scrolls separately if it is long; on a phone, rows
 * of more than two cells are cards.
 */
export function tableMarkup(
  caption: string,
  head: readonly Content[],
  rows: readonly (readonly Content[])[],
): Markup {
  const isWide = head.length > 2;
  const cell = (content: Content, i: number) =>
    isWide ? html`<td data-label="${head[i + 1]!}">${content}</td>` : html`<td>${content}</td>`;
  return html`<div class="scroll" role="group" aria-label="${caption}" tabindex="0"><table${isWide ? html` class="wide"` : null}>
<thead><tr>${head.map(title => html`<th scope="col">${title}</th>`)}</tr></thead>
<tbody>${rows.map(([first, ...rest]) => html`<tr><th scope="row">${first!}</th>${rest.map(cell)}</tr>\n`)}</tbody></table></div>`;
}
