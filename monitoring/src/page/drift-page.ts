import { reportPage, type Section, type Tile } from '../kit/document.ts';
import { csvLink, tableMarkup } from '../kit/figure.ts';
import { type Content, html } from '../kit/markup.ts';
import { moment } from '../kit/quantities.ts';
import type { DriftReport } from '../report/drift-report.ts';
import type { FeatureReport } from '../report/feature-report.ts';
import { distributionRows, drawDistribution, drawPerformance } from './drawing.ts';
import { count, counted, figure, percent } from './format.ts';

/** Renders a report as one HTML page that loads and runs nothing: its policy allows only its own style. */
export function driftPage(report: DriftReport): string {
  const { features: all, performance: points } = report;
  return reportPage({
    title: report.title,
    kind: moment(report.at),
    about: html`<p class="shows">${verdictOf(report)}</p>`,
    tiles: overview(report),
    sections: [
      ...findings(report),
      ...(all.length > 0 ? [features(all), quality(all)] : []),
      ...texts(all),
      ...(points.length > 0 ? [performance(points)] : []),
    ],
  });
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
}: DriftReport): Tile[] {
  const missing = features.reduce((sum, { quality: { current } }) => sum + current.missing, 0);
  const name = { none: 'none', bonferroni: 'Bonferroni', 'benjamini-hochberg': 'Benjamini–Hochberg' }[
    correction
  ];
  return [
    { name: 'Features', value: count(all) },
    { name: 'Compared', value: count(compared) },
    { name: 'Drifted', value: count(drifted) },
    { name: 'Missing values now', value: count(missing) },
    { name: 'Correction for many tests', value: name },
  ];
}

/** Lists the drifted features, longest first, and those that could not be compared. */
function findings({ features: all, expected, at, performance: points }: DriftReport): Section[] {
  const drifted = all
    .filter(({ drift }) => drift?.drifted)
    .toSorted((a, b) => (a.drift?.since ?? at) - (b.drift?.since ?? at));
  const unknown = all.filter(({ drift }) => drift === undefined);
  if (drifted.length + unknown.length === 0) return [];
  const sinceText = (since: number) => {
    const window = points.findIndex(
      ({ from, to, accuracy }) => from <= since && since <= to && accuracy.accuracy,
    );
    return window < 0 ? moment(since) : html`<a href="#window-${window}">${moment(since)}</a>`;
  };
  const after = html`<ul>${drifted.map(
    ({ name, drift }) =>
      html`<li><strong>${name}</strong> has drifted since ${sinceText(drift?.since ?? at)}${expected.includes(name) ? ', as expected' : ''}.</li>`,
  )}
${unknown.map(({ name, reason }) => html`<li><strong>${name}</strong> was not compared. ${reason ?? ''}</li>`)}</ul>`;
  return [{ id: 'found', title: 'Findings', after }];
}

type Features = readonly FeatureReport[];

function features(all: Features): Section {
  return {
    id: 'features',
    title: 'Features',
    before: html`<ul class="legend"><li><i class="swatch c1"></i>reference</li><li><i class="swatch c2"></i>now</li></ul>`,
    after: tableMarkup(
      'Features',
      ['Feature', 'Result', 'Test', 'Score', 'Distribution'],
      all.map(featureRow),
    ),
  };
}

function featureRow(
  { name, role, kind, drift, reason, distribution }: FeatureReport,
  place: number,
): Content[] {
  const result = drift ? (drift.drifted ? 'drifted' : 'stable') : 'not compared';
  const limit = drift?.measures === 'p-value' ? 'drifts below' : 'drifts from';
  const score =
    drift && drift.adjusted !== drift.score
      ? `${figure(drift.adjusted)} (${figure(drift.score)} before the correction)`
      : drift
        ? figure(drift.score)
        : '–';
  return [
    html`${name}<br><span class="muted">${role === 'feature' ? kind : `${role}, ${kind}`}</span>`,
    html`<span class="badge${drift ? ` ${result}` : ''}">${result}</span>`,
    drift?.title ?? reason ?? '',
    html`${score}${drift ? html`<br><span class="muted">${`${limit} ${figure(drift.threshold)}`}</span>` : null}`,
    distribution
      ? html`${drawDistribution(name, distribution)}
${csvLink(`feature-${place + 1}`, 'CSV', distributionRows(distribution))}`
      : null,
  ];
}

function quality(all: Features): Section {
  const rows = all.map(({ name, quality: { reference, current, added, addedCount, vanished, outside } }) => {
    const notes = [
      addedCount > 0
        ? `${counted(addedCount, 'value')} of new categories: ${added.map(({ category }) => String(category)).join(', ')}`
        : '',
      vanished > 0 ? `${count(vanished)} categories are gone` : '',
      outside > 0 ? `${counted(outside, 'value')} outside of the reference’s range` : '',
      current.rows > 0 && current.distinct === 1 ? 'constant' : '',
    ].filter(note => note !== '');
    const both = (side: 'rows' | 'missing' | 'unreadable' | 'distinct') =>
      `${count(reference[side])} → ${count(current[side])}`;
    return [
      name,
      both('rows'),
      both('missing'),
      both('unreadable'),
      both('distinct'),
      notes.join('; ') || '–',
    ];
  });
  const head = ['Feature', 'Rows', 'Missing', 'Unreadable', 'Distinct', 'New'];
  return { id: 'quality', title: 'Data quality', after: tableMarkup('Data quality', head, rows) };
}

function texts(all: Features): Section[] {
  const rows = all.flatMap(({ name, text }) => {
    if (!text) return [];
    const { area, length, unknownWords } = text;
    return [
      [
        name,
        `tells new texts from old ones with an area of ${figure(area)}`,
        `${figure(length.reference)} → ${figure(length.current)} characters${length.drifted ? ', drifted' : ''}`,
        `${percent(unknownWords.reference)} → ${percent(unknownWords.current)}${unknownWords.drifted ? ', drifted' : ''}`,
      ],
    ];
  });
  if (rows.length === 0) return [];
  const head = ['Feature', 'Classifier', 'Length', 'Unknown words'];
  return [{ id: 'texts', title: 'Texts', after: tableMarkup('Texts', head, rows) }];
}

function performance(points: DriftReport['performance']): Section {
  const rows = points.map(({ from, to, version, accuracy: { accuracy, known, outcomes, requests } }, i) => [
    html`<a id="row-${i}"${accuracy ? html` href="#window-${i}"` : null}>${moment(from)} to ${moment(to)}</a>`,
    version ?? '–',
    accuracy
      ? `${percent(accuracy.value)} (${percent(accuracy.interval[0])} to ${percent(accuracy.interval[1])})`
      : '–',
    known === null ? '–' : `${percent(known)} (${count(outcomes)} of ${count(requests)})`,
  ]);
  const file = points.map(({ from, to, version, accuracy: { accuracy } }) => {
    const [low, high] = accuracy?.interval ?? [];
    return [new Date(from).toISOString(), new Date(to).toISOString(), version, accuracy?.value, low, high];
  });
  const csv = csvLink('accuracy', 'CSV', [['from', 'to', 'version', 'accuracy', 'low', 'high'], ...file]);
  return {
    id: 'performance',
    title: 'Performance',
    before: html`${drawPerformance(points) ?? null}<p class="aside">${csv}</p>`,
    after: tableMarkup('Performance', ['Window', 'Version', 'Accuracy', 'Outcomes known'], rows),
  };
}
