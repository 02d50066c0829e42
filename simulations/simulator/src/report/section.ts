import { type Content, html, type Markup } from '@murmuration/monitoring/page/markup';
import type { Chart } from './chart.ts';
import { type Figure, figureOf } from './figure.ts';

/** Section of a page with a heading. */
export interface Section {
  /** Id within the page: letters, digits and dashes. */
  readonly id: string;
  readonly title: string;
  /** Content before the figures. */
  readonly before: Content;
  readonly figures: readonly Figure[];
  /** Content after the figures. */
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

/** Returns the charts of sections by the ids of their figures, for the page's script. */
export function chartsOf(sections: readonly Section[]): Record<string, Chart> {
  return Object.fromEntries(
    sections.flatMap(({ figures }) => figures.map(({ id, chart }) => [id, chart] as const)),
  );
}

/** Renders why there is nothing to show. */
export function nothing(why: string): Markup {
  return html`<p class="nothing">${why}</p>`;
}
