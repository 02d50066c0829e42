import type { Axis } from './axes.ts';
import { type Content, html, type Markup } from './markup.ts';

/** Spot of a plot, in percent of its width and height from the top left. */
export type Spot = readonly [x: number, y: number];

/**
 * Draws marks between two axes. A plot is as wide as its place, and its texts keep their size; `label` says
 * what it shows, null if a text beside it does. It is a `group` if marks are links.
 */
export function plot(x: Axis, y: Axis, marks: Content, label: string | null, role = 'img'): Markup {
  const labelled = label === null ? html` aria-hidden="true"` : html` role="${role}" aria-label="${label}"`;
  return html`<svg class="plot"${labelled}>${y.ticks.map(
    ({ at, text }) =>
      html`<line class="grid" x2="100%" y1="${share(100 - at)}" y2="${share(100 - at)}"/><text class="end" x="-8" y="${share(100 - at)}" dy=".35em">${text}</text>`,
  )}${x.ticks.map(
    ({ at, text }) =>
      html`<text class="${text.length < 9 ? 'middle' : at < 10 ? 'start' : at > 90 ? 'end' : 'middle'}" x="${share(at)}" y="100%" dy="1.5em">${text}</text>`,
  )}<text class="middle" x="50%" y="100%" dy="3em">${x.label}</text><text x="-3.4em" y="-1em">${y.label}</text>${marks}</svg>`;
}

/** Draws a line through points, and a band if it has edges. */
export function lineThrough(
  points: readonly Spot[],
  name: string,
  edges?: { readonly low: readonly Spot[]; readonly high: readonly Spot[] },
): Markup {
  const through = (all: readonly Spot[]) => all.map(point => point.map(rounded).join(' ')).join('L');
  const [first, ...others] = points;
  if (first && others.length === 0) return html`${edges ? range(edges, name) : null}${dot(first, name, 4)}`;
  const band =
    edges && html`<path class="band ${name}" d="M${through([...edges.high, ...edges.low.toReversed()])}Z"/>`;
  return stretched([band ?? null, html`<path class="line ${name}" d="M${through(points)}"/>`]);
}

function range({ low, high }: { low: readonly Spot[]; high: readonly Spot[] }, name: string): Content {
  return low.map((point, i) => segment(point, high[i]!, name));
}

export function segment([x1, y1]: Spot, [x2, y2]: Spot, name: string): Markup {
  return html`<line class="line ${name}" x1="${share(x1)}" y1="${share(y1)}" x2="${share(x2)}" y2="${share(y2)}"/>`;
}

export function dot([x, y]: Spot, name: string, radius: number): Markup {
  return html`<circle class="${name}" cx="${share(x)}" cy="${share(y)}" r="${radius}"/>`;
}

/** Draws bars, each between two opposite corners. */
export function bars(corners: readonly (readonly [Spot, Spot])[], name: string): Markup {
  const drawn = corners.map(([[x1, y1], [x2, y2]]) => {
    const [left, top, right, bottom] = [x1, y1, x2, y2].map(rounded);
    return `M${left} ${top}H${right}V${bottom}H${left}Z`;
  });
  return stretched(html`<path class="bar ${name}" d="${drawn.join('')}"/>`);
}

/** Renders shapes whose coordinates are percentages. */
function stretched(shapes: Content): Markup {
  return html`<svg viewBox="0 0 100 100" preserveAspectRatio="none" width="100%" height="100%">${shapes}</svg>`;
}

/** Formats a length in percent. */
export function share(value: number): string {
  return `${rounded(value)}%`;
}

function rounded(value: number): number {
  return Math.round(100 * value) / 100;
}
