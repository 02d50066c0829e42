import { type Content, html, type Markup } from '@murmuration/monitoring/page/markup';
import type { Chart } from './chart.ts';
import { type Figure, figureOf } from './figure.ts';

/** A part of a page under a heading of its own. */
export interface Section {
  /** Of the page; letters, digits and dashes. */
  readonly id: string;
  readonly title: string;
  /** Stands before the figures. */
  readonly before: Content;
  readonly figures: readonly Figure[];
  /** Stands behind them. */
  readonly after: Content;
}

export function sectionOf({ id, title, before, figures, after }: Section): Markup {
  return html`<section id="${id}" aria-labelledby="${id}-title">
<h2 id="${id}-title">${title}</h2>
${before}
${figures.length > 0 ? html`<div class="figures">${figures.map(figureOf)}</div>` : null}
${after}
</section>`;
}

/** The charts of sections by the ids of their figures, as the page's script looks for them. */
export function chartsOf(sections: readonly Section[]): Record<string, Chart> {
  return Object.fromEntries(
    sections.flatMap(({ figures }) => figures.map(({ id, chart }) => [id, chart] as const)),
  );
}

/** What stands where there is nothing to show, and why. */
export function nothing(why: string): Markup {
  return html`<p class="nothing">${why}</p>`;
}
