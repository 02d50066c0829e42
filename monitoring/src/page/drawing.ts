import type { Distribution } from '../report/distribution.ts';
import type { PerformancePoint } from '../report/drift-report.ts';
import { figure, moment, percent } from './format.ts';
import { html, type Markup } from './markup.ts';

const width = 320;
const drawingHeight = 96;
/** Height for labels below the axis. */
const foot = 16;

/** Draws the distributions of the reference and the current data over each other. */
export function drawDistribution(name: string, distribution: Distribution): Markup {
  return distribution.kind === 'numbers' ? numbers(name, distribution) : categories(name, distribution);
}

function numbers(
  name: string,
  { edges, reference, current }: Extract<Distribution, { kind: 'numbers' }>,
): Markup {
  const most = Math.max(...reference, ...current, Number.MIN_VALUE);
  const step = width / reference.length;
  const bars = (shares: readonly number[], side: string) =>
    shares.map((share, bin) => {
      const tall = (share / most) * drawingHeight;
      return html`<rect class="${side}" x="${fixed(bin * step)}" y="${fixed(drawingHeight - tall)}" width="${fixed(step)}" height="${fixed(tall)}"/>`;
    });
  const [low, high] = [edges[0] ?? 0, edges.at(-1) ?? 0];
  return html`<svg viewBox="0 0 ${width} ${drawingHeight + foot}" role="img" aria-label="${`${name}: from ${figure(low)} to ${figure(high)}, reference and now`}">
${bars(reference, 'before')}${bars(current, 'after')}
<line class="axis" x1="0" y1="${drawingHeight}" x2="${width}" y2="${drawingHeight}"/>
<text x="0" y="${drawingHeight + 12}">${figure(low)}</text><text x="${width}" y="${drawingHeight + 12}" text-anchor="end">${figure(high)}</text>
</svg>`;
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
  const start = 100;
  const long = (share: number) => fixed((share / most) * (width - start));
  return html`<svg viewBox="0 0 ${width} ${rows.length * line}" role="img" aria-label="${`${name}: ${rows.length} categories, reference and now`}">
${rows.map(
  ({ label, before, after }, at) => html`<text x="0" y="${at * line + 13}">${cut(label)}</text>
<rect class="before" x="${start}" y="${at * line + 2}" width="${long(before)}" height="7"/>
<rect class="after" x="${start}" y="${at * line + 10}" width="${long(after)}" height="7"/>
<title>${`${label}: ${percent(before)}, now ${percent(after)}`}</title>`,
)}
</svg>`;
}

const wide = 720;
const tall = 160;
/** Width for labels left of the axis. */
const left = 48;

/** Draws accuracy by window with its 95 % interval; undefined if no window has an outcome. */
export function drawPerformance(points: readonly PerformancePoint[]): Markup | undefined {
  const known = points.flatMap(({ from, to, accuracy: { accuracy } }) =>
    accuracy ? [{ at: (from + to) / 2, ...accuracy }] : [],
  );
  const [first, last] = [known[0], known.at(-1)];
  if (!first || !last) return undefined;
  const span = Math.max(1, last.at - first.at);
  const x = (at: number) =>
    fixed(known.length === 1 ? (left + wide) / 2 : left + 6 + ((at - first.at) / span) * (wide - left - 12));
  const y = (share: number) => fixed(8 + (1 - share) * (tall - 8));
  const along = (pick: (point: (typeof known)[number]) => number) =>
    known.map(point => `${x(point.at)},${y(pick(point))}`);
  const band = [...along(({ interval }) => interval[1]), ...along(({ interval }) => interval[0]).reverse()];
  return html`<svg class="wide" viewBox="0 0 ${wide} ${tall + foot}" role="img" aria-label="${`Accuracy from ${moment(first.at)}, ${percent(first.value)}, to ${moment(last.at)}, ${percent(last.value)}`}">
${[0, 0.5, 1].map(
  share => html`<line class="axis" x1="${left}" y1="${y(share)}" x2="${wide}" y2="${y(share)}"/>
<text x="${left - 6}" y="${fixed(y(share) + 4)}" text-anchor="end">${`${100 * share} %`}</text>`,
)}
<polygon class="band" points="${band.join(' ')}"/>
<polyline class="line" points="${along(({ value }) => value).join(' ')}"/>
${known.map(point => html`<circle class="dot" cx="${x(point.at)}" cy="${y(point.value)}" r="3"/>`)}
<text x="${left}" y="${tall + 14}">${moment(first.at)}</text><text x="${wide}" y="${tall + 14}" text-anchor="end">${moment(last.at)}</text>
</svg>`;
}

function cut(label: string): string {
  const characters = [...label];
  return characters.length > 16 ? `${characters.slice(0, 15).join('')}…` : label;
}

function fixed(value: number): number {
  return Number(value.toFixed(2));
}
