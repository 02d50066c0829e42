import { createHash } from 'node:crypto';
import { type Content, dataBlock, html, Markup } from '@murmuration/monitoring/page/markup';
import type { Chart } from './chart.ts';

/** Built script and style, which every report embeds. */
export interface PageAssets {
  readonly script: string;
  readonly style: string;
}

/** A wing, in the colours of the page. */
const icon = `data:image/svg+xml,${encodeURIComponent(
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="9" fill="#4150b5"/><path d="M5 18c5-8 9-8 11-2 2-6 6-6 11 2-5-4-9-3-11 2-2-5-6-6-11-2z" fill="#fdf3ea"/></svg>',
)}`;

/**
 * Renders a page as one file that loads nothing; its content security policy allows only its own script and
 * style.
 */
export function documentOf(
  title: string,
  content: Content,
  charts: Readonly<Record<string, Chart>>,
  { script, style }: PageAssets,
): string {
  const policy = `default-src 'none'; script-src '${hashOf(script)}'; style-src '${hashOf(style)}'; img-src data:; base-uri 'none'; form-action 'none'`;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<link rel="icon" href="${icon}">
<style>${new Markup(style)}</style>
</head>
<body>
<a class="skip" href="#content">Skip to the figures</a>
${content}
<script type="application/json" id="charts">${dataBlock(charts)}</script>
<script type="module">${new Markup(script)}</script>
</body>
</html>
`.text;
}

function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}
