import { utf8 } from '@murmuration/protocol/encoding/bytes';
import { portable } from '@murmuration/protocol/primitives/portable';
import type { ChartEvent } from './chart.ts';
import { type Figure, figureOf } from './figure.ts';
import { type Content, html, Markup, scriptElement } from './markup.ts';
import { liveScript, script } from './script.ts';
import { style } from './style.ts';

/** Section of a report with a heading. */
export interface Section {
  /** Id within the page: letters, digits and dashes. */
  readonly id: string;
  readonly title: string;
  /** Content before the figures. */
  readonly before?: Content;
  readonly figures?: readonly Figure[];
  /** Content after the figures. */
  readonly after?: Content;
}

/** Main figure in the head of a report. */
export interface Tile {
  readonly name: string;
  readonly value: Content;
  readonly beside?: string;
}

/** Content of a report. */
export interface ReportContent {
  readonly title: string;
  /** Kind of the report, above its heading. */
  readonly kind: string;
  /** Heading; the title by default. */
  readonly heading?: Content;
  /** Content below the heading. */
  readonly about: Content;
  readonly tiles: readonly Tile[];
  readonly sections: readonly Section[];
  readonly footer?: Content;
  /** Events that are marked in all charts over rounds. */
  readonly events?: readonly ChartEvent[];
  /** True if the server of the page answers with its next one, see `liveScript`. */
  readonly isLive?: boolean;
}

/** A wing, in the colours of the page. */
const icon = `data:image/svg+xml,${encodeURIComponent(
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="9" fill="#4150b5"/><path d="M5 18c5-8 9-8 11-2 2-6 6-6 11 2-5-4-9-3-11 2-2-5-6-6-11-2z" fill="#fdf3ea"/></svg>',
)}`;

/**
 * Renders a report as one HTML file that loads nothing. Its content security policy allows only its own
 * style, and its own script if it has figures.
 */
export function reportPage(content: ReportContent): string {
  const { title, kind, heading, about, tiles, sections, footer, events, isLive } = content;
  const isScripted = sections.some(({ figures }) => figures && figures.length > 0);
  const run = isLive ? `${script}\n${liveScript}` : isScripted ? script : null;
  const policy = `default-src 'none'; style-src '${hashOf(style)}'; img-src data:; base-uri 'none'; form-action 'none'${run ? `; script-src '${hashOf(run)}'` : ''}${isLive ? "; connect-src 'self'" : ''}`;
  return html`<!doctype html>
<html lang="en"${isLive ? html` data-live` : null}>
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${new Markup(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<link rel="icon" href="${icon}">
<style>${new Markup(style)}</style>
</head>
<body>
<a class="skip" href="#content">Skip to the figures</a>
<header>
<p class="kind">${kind}</p>
<h1>${heading ?? title}</h1>
${about}
${tiles.length > 0 ? html`<dl class="tiles">${tiles.map(tile)}</dl>` : null}
</header>
<main id="content">
<nav aria-label="Sections"><ul>${sections.map(({ id, title }) => html`<li><a href="#${id}">${title}</a></li>`)}</ul></nav>
${sections.map(each => section(each, events))}
</main>
${footer ? html`<footer>${footer}</footer>` : null}
${run ? scriptElement('module', run) : null}
</body>
</html>
`.text;
}

function tile({ name, value, beside = '' }: Tile): Markup {
  return html`<div><dt>${name}</dt><dd><b>${value}</b><span>${beside}</span></dd></div>\n`;
}

function section(
  { id, title, before = null, figures = [], after = null }: Section,
  events: ReportContent['events'],
): Markup {
  return html`<section id="${id}" aria-labelledby="${id}-title">
<h2 id="${id}-title">${title}</h2>
${before}
${figures.length > 0 ? html`<div class="figures">${figures.map(each => figureOf(each, events))}</div>` : null}
${after}
</section>`;
}

/** Renders why there is nothing to show. */
export function nothing(why: string): Markup {
  return html`<p class="nothing">${why}</p>`;
}

function hashOf(text: string): string {
  return `sha256-${btoa(String.fromCharCode(...portable.sha256(utf8(text))))}`;
}
