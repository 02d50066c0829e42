import { utf8 } from '@murmuration/protocol/encoding/bytes';
import { portable } from '@murmuration/protocol/primitives/portable';
import type { DriftReport } from '../report/drift-report.ts';
import type { FeatureReport } from '../report/feature-report.ts';
import { drawDistribution, drawPerformance } from './drawing.ts';
import { count, counted, figure, moment, percent } from './format.ts';
import { type Content, html, Markup } from './markup.ts';
import { style } from './style.ts';

/** Renders a report as one HTML page that loads and runs nothing: its policy allows only its own style. */
export function driftPage(report: DriftReport): string {
  const hash = base64(portable.sha256(utf8(style)));
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${report.title}</title>
<style>${new Markup(style)}</style>
</head>
<body>
<main>
<header>
<h1>${report.title}</h1>
<p>${verdictOf(report)}</p>
<p class="muted">${moment(report.at)}</p>
</header>
${overview(report)}
${findings(report)}
${features(report)}
${quality(report)}
${texts(report)}
${performance(report)}
</main>
</body>
</html>
`.text;
}

function verdictOf({ overview: { compared, drifted, share, threshold, isDrifted } }: DriftReport): string {
  if (compared === 0) return 'No feature could be compared.';
  const found = `${count(drifted)} of ${counted(compared, 'feature')} drifted (${percent(share)})`;
  return isDrifted
    ? `The data has drifted: ${found}, and ${percent(threshold)} are enough.`
    : `The data as a whole has not drifted: ${found}; it takes ${percent(threshold)}.`;
}

function overview({
  overview: { features: all, compared, drifted },
  correction,
  features,
}: DriftReport): Markup {
  const missing = features.reduce((sum, { quality: { current } }) => sum + current.missing, 0);
  const card = (name: string, value: string) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`;
  return html`<dl class="cards">
${card('Features', count(all))}
${card('Compared', count(compared))}
${card('Drifted', count(drifted))}
${card('Missing values now', count(missing))}
${card('Correction for many tests', { none: 'none', bonferroni: 'Bonferroni', 'benjamini-hochberg': 'Benjamini–Hochberg' }[correction])}
</dl>`;
}

/** Lists the drifted features, longest first, and those that could not be compared. */
function findings({ features: all, expected, at }: DriftReport): Content {
  const drifted = all
    .filter(({ drift }) => drift?.drifted)
    .toSorted((a, b) => (a.drift?.since ?? at) - (b.drift?.since ?? at));
  const unknown = all.filter(({ drift }) => drift === undefined);
  if (drifted.length + unknown.length === 0) return null;
  return html`<section aria-labelledby="found"><h2 id="found">Findings</h2>
<ul class="card">
${drifted.map(
  ({ name, drift }) =>
    html`<li><strong>${name}</strong> has drifted since ${moment(drift?.since ?? at)}${expected.includes(name) ? ', as expected' : ''}.</li>`,
)}
${unknown.map(({ name, reason }) => html`<li><strong>${name}</strong> was not compared. ${reason ?? ''}</li>`)}
</ul></section>`;
}

function features({ features: all }: DriftReport): Content {
  if (all.length === 0) return null;
  return html`<section aria-labelledby="features"><h2 id="features">Features</h2>
<p class="muted"><span class="key before"></span>reference <span class="key after"></span>now</p>
<table><thead><tr><th scope="col">Feature</th><th scope="col">Result</th><th scope="col">Test</th><th scope="col">Score</th><th scope="col">Distribution</th></tr></thead>
<tbody>${all.map(featureRow)}</tbody></table></section>`;
}

function featureRow({ name, role, kind, drift, reason, distribution }: FeatureReport): Markup {
  const badge = drift
    ? html`<span class="badge ${drift.drifted ? 'drifted' : 'stable'}">${drift.drifted ? 'drifted' : 'stable'}</span>`
    : html`<span class="badge">not compared</span>`;
  const limit = drift?.measures === 'p-value' ? 'drifts below' : 'drifts from';
  const score =
    drift && drift.adjusted !== drift.score
      ? `${figure(drift.adjusted)} (${figure(drift.score)} before the correction)`
      : drift
        ? figure(drift.score)
        : '–';
  return html`<tr>
<th scope="row">${name}<br><span class="muted">${role === 'feature' ? kind : `${role}, ${kind}`}</span></th>
<td data-label="Result">${badge}</td>
<td data-label="Test">${drift?.title ?? reason ?? ''}</td>
<td data-label="Score">${score}${drift ? html`<br><span class="muted">${`${limit} ${figure(drift.threshold)}`}</span>` : null}</td>
<td>${distribution ? drawDistribution(name, distribution) : null}</td>
</tr>`;
}

function quality({ features: all }: DriftReport): Content {
  if (all.length === 0) return null;
  return html`<section aria-labelledby="quality"><h2 id="quality">Data quality</h2>
<table><thead><tr><th scope="col">Feature</th><th scope="col">Rows</th><th scope="col">Missing</th><th scope="col">Unreadable</th><th scope="col">Distinct</th><th scope="col">New</th></tr></thead>
<tbody>${all.map(({ name, quality: { reference, current, added, addedCount, vanished, outside } }) => {
    const notes = [
      addedCount > 0
        ? `${counted(addedCount, 'value')} of new categories: ${added.map(({ category }) => String(category)).join(', ')}`
        : '',
      vanished > 0 ? `${count(vanished)} categories are gone` : '',
      outside > 0 ? `${counted(outside, 'value')} outside of the reference’s range` : '',
      current.rows > 0 && current.distinct === 1 ? 'constant' : '',
    ].filter(note => note !== '');
    const both = (pick: (side: typeof reference) => number) =>
      `${count(pick(reference))} → ${count(pick(current))}`;
    return html`<tr><th scope="row">${name}</th>
<td data-label="Rows">${both(({ rows }) => rows)}</td>
<td data-label="Missing">${both(({ missing }) => missing)}</td>
<td data-label="Unreadable">${both(({ unreadable }) => unreadable)}</td>
<td data-label="Distinct">${both(({ distinct }) => distinct)}</td>
<td data-label="New">${notes.length > 0 ? notes.join('; ') : '–'}</td></tr>`;
  })}</tbody></table></section>`;
}

function texts({ features: all }: DriftReport): Content {
  const rows = all.flatMap(({ name, text }) => (text ? [{ name, text }] : []));
  if (rows.length === 0) return null;
  return html`<section aria-labelledby="texts"><h2 id="texts">Texts</h2>
<table><thead><tr><th scope="col">Feature</th><th scope="col">Classifier</th><th scope="col">Length</th><th scope="col">Unknown words</th></tr></thead>
<tbody>${rows.map(
    ({ name, text: { area, length, unknownWords } }) => html`<tr><th scope="row">${name}</th>
<td data-label="Classifier">tells new texts from old ones with an area of ${figure(area)}</td>
<td data-label="Length">${figure(length.reference)} → ${figure(length.current)} characters${length.drifted ? ', drifted' : ''}</td>
<td data-label="Unknown words">${percent(unknownWords.reference)} → ${percent(unknownWords.current)}${unknownWords.drifted ? ', drifted' : ''}</td></tr>`,
  )}</tbody></table></section>`;
}

function performance({ performance: points }: DriftReport): Content {
  if (points.length === 0) return null;
  return html`<section aria-labelledby="performance"><h2 id="performance">Performance</h2>
${drawPerformance(points) ?? null}
<table><thead><tr><th scope="col">Window</th><th scope="col">Version</th><th scope="col">Accuracy</th><th scope="col">Outcomes known</th></tr></thead>
<tbody>${points.map(({ from, to, version, accuracy: { accuracy, known, outcomes, requests } }) => {
    const interval = accuracy
      ? ` (${percent(accuracy.interval[0])} to ${percent(accuracy.interval[1])})`
      : '';
    return html`<tr><th scope="row">${moment(from)} to ${moment(to)}</th>
<td data-label="Version">${version ?? '–'}</td>
<td data-label="Accuracy">${accuracy ? percent(accuracy.value) + interval : '–'}</td>
<td data-label="Outcomes known">${known === null ? '–' : `${percent(known)} (${count(outcomes)} of ${count(requests)})`}</td></tr>`;
  })}</tbody></table></section>`;
}

function base64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes));
}
