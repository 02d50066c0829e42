import { type Axis, cut, linearAxis, valueAxis } from '../kit/axes.ts';
import { html, type Markup } from '../kit/markup.ts';
import { bars, dot, lineThrough, plot, type Spot, share } from '../kit/plot.ts';
import { moment } from '../kit/quantities.ts';
import type { Distribution } from '../report/distribution.ts';
import type { PerformancePoint } from '../report/drift-report.ts';
import { figure, percent } from './format.ts';

/** Draws the distributions of the reference and the current data over each other. */
export function drawDistribution(name: string, distribution: Distribution): Markup {
  return distribution.kind === 'numbers' ? numbers(name, distribution) : categories(name, distribution);
}

function numbers(
  name: string,
  { edges, reference, current }: Extract<Distribution, { kind: 'numbers' }>,
): Markup {
  const [low, high] = [edges[0] ?? 0, edges.at(-1) ?? 0].map(figure);
  const most = Math.max(...reference, ...current, Number.MIN_VALUE);
  const y = linearAxis({ label: 'share', unit: 'share', low: 0, high: most, mostTicks: 3 });
  const step = 100 / reference.length;
  const side = (shares: readonly number[], colour: string) =>
    bars(
      shares.map((share, i) => [
        [i * step, 100 - y.at(share)],
        [(i + 1) * step, 100],
      ]),
      `${colour} both`,
    );
  return plot(
    betweenEnds(low!, high!),
    y,
    [side(reference, 'c1'), side(current, 'c2')],
    `${name}: from ${low} to ${high}, reference and now`,
  );
}

function categories(
  name: string,
  { labels, reference, current, others }: Extract<Distribution, { kind: 'categories' }>,
): Markup {
  const rows = labels.map((label, at) => ({ label, before: reference[at] ?? 0, after: current[at] ?? 0 }));
  if (others.reference + others.current > 0)
    rows.push({ label: 'others', before: others.reference, after: others.current });
  const most = Math.max(...rows.flatMap(({ before, after }) => [before, after]), Number.MIN_VALUE);
  const line = 20;
  const long = (value: number) => share((100 * value) / most);
  return html`<svg class="bars" height="${rows.length * line}" role="img" aria-label="${`${name}: ${rows.length} categories, reference and now`}">${rows.map(
    (
      { label, before, after },
      at,
    ) => html`<g><text class="end" x="-8" y="${at * line + 13}">${cut(label, 14)}</text>
<rect class="c1" y="${at * line + 2}" width="${long(before)}" height="7"/>
<rect class="c2" y="${at * line + 10}" width="${long(after)}" height="7"/>
<title>${`${label}: ${percent(before)}, now ${percent(after)}`}</title></g>`,
  )}</svg>`;
}

/** Returns the rows of a distribution's file, below their names. */
export function distributionRows(distribution: Distribution): unknown[][] {
  const { reference, current } = distribution;
  if (distribution.kind === 'numbers') {
    const { edges } = distribution;
    const rows = reference.map((share, i) => [edges[i], edges[i + 1], share, current[i]]);
    return [['from', 'to', 'reference', 'now'], ...rows];
  }
  const { labels, others } = distribution;
  const rows = labels.map((label, i) => [label, reference[i], current[i]]);
  return [['category', 'reference', 'now'], ...rows, ['(others)', others.reference, others.current]];
}

/**
 * Draws accuracy by window with its 95 % interval; undefined if no window has an outcome. A point leads to
 * the row of its window, which leads back.
 */
export function drawPerformance(points: readonly PerformancePoint[]): Markup | undefined {
  const known = points.flatMap(({ from, to, accuracy: { accuracy } }, window) =>
    accuracy ? [{ at: (from + to) / 2, window, ...accuracy }] : [],
  );
  const [first, last] = [known[0], known.at(-1)];
  if (!first || !last) return undefined;
  const span = Math.max(1, last.at - first.at);
  const y = valueAxis('accuracy', 'share', [0, 1]);
  const along = (pick: (point: (typeof known)[number]) => number) =>
    known.map((point): Spot => [(100 * (point.at - first.at)) / span, 100 - y.at(pick(point))]);
  const middle = along(({ value }) => value);
  return plot(
    betweenEnds(minute(first.at), known.length > 1 ? minute(last.at) : '', 'UTC'),
    y,
    [
      lineThrough(middle, 'c1', {
        low: along(({ interval }) => interval[0]),
        high: along(({ interval }) => interval[1]),
      }),
      middle.map((point, i) => {
        const { window, at, value } = known[i]!;
        const name = `${moment(at)}: ${percent(value)}`;
        return html`<a id="window-${window}" href="#row-${window}" aria-label="${name}">${dot(point, 'c1', 4)}</a>`;
      }),
    ],
    `Accuracy from ${moment(first.at)}, ${percent(first.value)}, to ${moment(last.at)}, ${percent(last.value)}`,
    'group',
  );
}

const minute = (at: number) => moment(at).replace(' UTC', '');

/** Makes an axis with its ends only. */
function betweenEnds(low: string, high: string, label = ''): Axis {
  return { label, at: place => place, ticks: [low, high].map((text, i) => ({ at: 100 * i, text })) };
}
