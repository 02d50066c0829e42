import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { accuracyOf } from '@murmuration/monitoring/accuracy/accuracy';
import { addAccuracy, asked, judged, noAccuracy } from '@murmuration/monitoring/accuracy/accuracy-sums';
import { moment } from '@murmuration/monitoring/kit/quantities';
import { drawDistribution, drawPerformance } from '@murmuration/monitoring/page/drawing';
import { driftPage } from '@murmuration/monitoring/page/drift-page';
import { figure } from '@murmuration/monitoring/page/format';
import { type DriftReport, driftReport } from '@murmuration/monitoring/report/drift-report';
import type { FeatureDrift, FeatureReport } from '@murmuration/monitoring/report/feature-report';
import { describe, expect, it } from 'vitest';
import { attributes, tableOf, textOf, textsOf } from './drawn.ts';

const hostile = '</style><script>document.title = "taken"</script><img src=x onerror=alert(1)>"\'';
const numbers = Array.from({ length: 60 }, (_, at) => Math.sin(at));
const sums = addAccuracy(asked(4), judged({ kind: 'class', guesses: ['a'], outcome: 'a' }));

const report = driftReport(
  [
    { name: hostile, reference: numbers, current: numbers.map(value => value + 3) },
    { name: 'words', reference: ['a', 'b', hostile], current: ['a', hostile, 'new one'] },
    { name: 'gone', role: 'target', reference: [1, 2], current: [] },
    { name: 'text', kind: 'text', reference: Array(9).fill('one two'), current: Array(9).fill('three') },
  ],
  {
    title: `Drift ${hostile}`,
    at: Date.UTC(2026, 0, 2, 3, 4),
    correction: 'bonferroni',
    performance: [
      { from: 0, to: 1_000, version: hostile, sums },
      { from: 1_000, to: 2_000, sums: asked(2) },
      { from: 2_000, to: 3_000, sums },
    ],
  },
);
const page = driftPage(report);

describe('the page of a drift report', () => {
  it('shows every feature, both distributions, what drifted since when, quality and performance', () => {
    expect(page.match(/<tr>/g)!.length).toBe(4 + 4 + 4 + 1 + 3);
    expect(page.match(/<svg [^>]*role="img"/g)).toHaveLength(4);
    expect(page).toContain('has drifted since 2026-01-02 03:04 UTC');
    expect(page).toContain('was not compared. The current sample is empty.');
    expect(page).toContain('1 value of new categories: new one');
    expect(page).toContain('before the correction');
    expect(page).toContain('25.0 % (1 of 4)');
    expect(page).toContain('<path class="line c1" d="M0 ');
  });

  it('leads from a finding and a window to its point of the curve, and from the point to the window', () => {
    const since = { ...report, features: report.features.slice(0, 1) };
    const dated = driftPage({
      ...since,
      features: since.features.map(each => ({ ...each, drift: { ...each.drift!, since: 2_500 } })),
    });
    expect(dated).toMatch(/has drifted since <a href="#window-2">/);
    expect(dated).toContain('<a id="window-2" href="#row-2" aria-label="1970-01-01 00:00 UTC: 100.0 %">');
    expect(dated).toContain('<a id="row-2" href="#window-2">');
    // A window without an outcome has no point.
    expect(dated).toContain('<a id="row-1">');
  });

  it('has each distribution, and the accuracy, as CSV', () => {
    const files = new Map(
      [...page.matchAll(/<a download="([^"]+)" href="data:text\/csv;charset=utf-8,([^"]*)"/g)].map(
        ([, name, text]) => [name!, decodeURIComponent(text!.replaceAll('&#39;', "'"))],
      ),
    );
    expect([...files.keys()]).toEqual([
      'feature-1.csv',
      'feature-2.csv',
      'feature-3.csv',
      'feature-4.csv',
      'accuracy.csv',
    ]);
    expect(files.get('feature-1.csv')).toMatch(/^from,to,reference,now\r\n-0\.99/);
    expect(files.get('feature-2.csv')).toContain('\r\na,0.3333333333333333,0.3333333333333333\r\n');
    expect(files.get('accuracy.csv')!.split('\r\n')[2]).toBe(
      '1970-01-01T00:00:01.000Z,1970-01-01T00:00:02.000Z,,,,',
    );
  });

  it('keeps texts of the data texts, and draws no number that is none', () => {
    expect(page).not.toContain('<script');
    expect(page).not.toContain('<img');
    expect(page.match(/<\/style>/g)).toHaveLength(1);
    expect(page).not.toMatch(/NaN|Infinity|undefined|\[object/);
  });

  it('loads nothing, and lets run nothing but its own style', () => {
    const [, style] = /<style>([\s\S]*?)<\/style>/.exec(page)!;
    const hash = createHash('sha256').update(style!).digest('base64');
    expect(page).toContain(`default-src 'none'; style-src 'sha256-${hash}'`);
    expect(page).not.toMatch(/ (?:src|style|on\w+)="| href="(?!#|data:image|data:text\/csv)/);
    expect(page).not.toContain('script-src');
  });

  it('says so where there is nothing', () => {
    const empty = driftPage(driftReport([], { at: 0 }));
    expect(empty).toContain('No feature could be compared.');
    expect(empty).not.toContain('<table');
  });

  it('has the colours of all pages', () => {
    const tokens = readFileSync(new URL('../../../ui/src/theme/tokens.css', import.meta.url), 'utf8');
    const [, light, dark] = /^:root\{color-scheme:light dark;(.*?)\}\n.*?:root\{(.*?)\}\}$/ms.exec(
      /<style>([\s\S]*?)<\/style>/.exec(page)![1]!,
    )!;
    for (const [look, given] of [
      ['--light', light!],
      ['--dark', dark!],
    ] as const)
      for (const declaration of given.split(';')) {
        const [name, value] = declaration.split(':');
        expect(tokens).toMatch(new RegExp(`${name}:[^;]*var\\(${look}, ${value}\\)`));
      }
  });

  it('writes numbers for people', () => {
    expect([0, 0.00001234, -0.00001234, 0.0005, 0.1234, 12_345].map(figure)).toEqual([
      ...['0', '1.2e-5', '-1.2e-5', '0.0005', '0.123', '12,300'],
    ]);
    expect(moment(0)).toBe('1970-01-01 00:00 UTC');
  });
});

const side = { rows: 10, missing: 0, unreadable: 0, distinct: 4 };
const quality = { reference: side, current: side, added: [], addedCount: 0, vanished: 0, outside: 0 };
const drift: FeatureDrift = {
  test: 'psi',
  title: 'Population stability index',
  measures: 'distance',
  score: 0.25,
  adjusted: 0.25,
  threshold: 0.1,
  drifted: true,
  since: 60_000,
};
const featureOf = (changes: Partial<FeatureReport>): FeatureReport => ({
  name: 'age',
  role: 'feature',
  kind: 'numbers',
  drift: undefined,
  reason: undefined,
  quality,
  distribution: undefined,
  text: undefined,
  ...changes,
});
const overviewOf = (drifted: number, compared: number, isDrifted: boolean) => ({
  ...report.overview,
  ...{ features: 7, compared, drifted, share: compared && drifted / compared, threshold: 0.5, isDrifted },
});
const pageOf = (features: readonly FeatureReport[], changes: Partial<DriftReport> = {}) =>
  driftPage({ ...report, overview: overviewOf(1, 4, false), features, performance: [], ...changes });

describe('what the page of a drift report says', () => {
  it.each([
    [overviewOf(0, 0, false), 'No feature could be compared.'],
    [
      overviewOf(1, 2, true),
      'The data has drifted: 1 of 2 features drifted (50.0 %), and 50.0 % are enough.',
    ],
    [
      overviewOf(0, 1, false),
      'The data as a whole has not drifted: 0 of 1 feature drifted (0.0 %); it takes 50.0 %.',
    ],
  ])('of the data as a whole: case %#', (overview, expected) => {
    expect(pageOf([], { overview })).toContain(`<p class="shows">${expected}</p>`);
  });

  it.each([
    ['none', 'none'],
    ['bonferroni', 'Bonferroni'],
    ['benjamini-hochberg', 'Benjamini–Hochberg'],
  ] as const)('in its main figures, with a correction by %s', (correction, name) => {
    const missing = { ...quality, current: { ...side, missing: 2 } };
    const written = pageOf([featureOf({ quality: missing }), featureOf({ quality: missing })], {
      correction,
    });
    expect(
      [...written.matchAll(/<dt>(.*?)<\/dt><dd><b>(.*?)<\/b>/g)].map(([, name, value]) => [name, value]),
    ).toEqual([
      ['Features', '7'],
      ['Compared', '4'],
      ['Drifted', '1'],
      ['Missing values now', '4'],
      ['Correction for many tests', name],
    ]);
  });

  it('has a section for whatever there is', () => {
    const sections = (written: string) =>
      [...written.matchAll(/<h2 id="(.*?)-title">(.*?)<\/h2>/g)].map(([, id, title]) => `${id}: ${title}`);
    expect(sections(page)).toEqual([
      'found: Findings',
      'features: Features',
      'quality: Data quality',
      'texts: Texts',
      'performance: Performance',
    ]);
    const stable = featureOf({ drift: { ...drift, drifted: false } });
    expect(sections(pageOf([stable]))).toEqual(['features: Features', 'quality: Data quality']);
    expect(sections(pageOf([]))).toEqual([]);
    expect(page).toContain(
      '<ul class="legend"><li><i class="swatch c1"></i>reference</li><li><i class="swatch c2"></i>now</li></ul>',
    );
    expect(page).toContain('<p class="kind">2026-01-02 03:04 UTC</p>');
  });

  it('names what drifted, longest first, and then what was not compared', () => {
    const written = pageOf(
      [
        featureOf({ name: 'new', drift: { ...drift, since: undefined } }),
        featureOf({ name: 'lost', reason: 'The reference is empty.' }),
        featureOf({ name: 'late', drift: { ...drift, since: 120_000 } }),
        featureOf({ name: 'calm', drift: { ...drift, drifted: false } }),
        featureOf({ name: 'early', drift }),
        featureOf({ name: 'blank' }),
      ],
      { at: 180_000, expected: ['late'] },
    );
    const [, list] = /<ul>((?:<li><strong>.*?<\/li>\s*)+)<\/ul>/s.exec(written)!;
    expect([...list!.matchAll(/<li>(.*?)<\/li>/g)].map(([, item]) => textOf(item!))).toEqual([
      'early has drifted since 1970-01-01 00:01 UTC.',
      'late has drifted since 1970-01-01 00:02 UTC, as expected.',
      'new has drifted since 1970-01-01 00:03 UTC.',
      'lost was not compared. The reference is empty.',
      'blank was not compared. ',
    ]);
    expect(list).toContain('<strong>early</strong>');
    expect(list).toContain('<strong>lost</strong>');
    const unknown = pageOf([featureOf({ name: 'lost' })]);
    expect(unknown).toContain('<strong>lost</strong> was not compared.');
  });

  it('has a row for each feature, with its score before and after the correction', () => {
    const chance = { ...drift, measures: 'p-value', score: 0.01, adjusted: 0.02, threshold: 0.05 } as const;
    const written = pageOf([
      featureOf({ drift }),
      featureOf({ name: 'size', role: 'target', drift: { ...chance, drifted: false } }),
      featureOf({ name: 'lost', role: 'prediction', kind: 'categories', reason: 'It is empty.' }),
      featureOf({ name: 'blank' }),
    ]);
    expect(tableOf(written, 'Features')).toEqual([
      ['Feature', 'Result', 'Test', 'Score', 'Distribution'],
      ['age, numbers', 'drifted', 'Population stability index', '0.25, drifts from 0.1', ''],
      [
        'size, target, numbers',
        'stable',
        'Population stability index',
        '0.02 (0.01 before the correction), drifts below 0.05',
        '',
      ],
      ['lost, prediction, categories', 'not compared', 'It is empty.', '–', ''],
      ['blank, numbers', 'not compared', '', '–', ''],
    ]);
    expect([...written.matchAll(/<span class="(badge.*?)">/g)].map(([, name]) => name)).toEqual([
      'badge drifted',
      'badge stable',
      'badge',
      'badge',
    ]);
    expect(written.match(/age<br><span class="muted">numbers<\/span>/g)).toHaveLength(1);
    expect(written).toContain('<br><span class="muted">drifts from 0.1</span>');
  });

  it('counts rows before and now, and notes what is new, gone, outside or constant', () => {
    const changed = {
      reference: { rows: 1_000, missing: 1, unreadable: 2, distinct: 3 },
      current: { rows: 900, missing: 4, unreadable: 5, distinct: 1 },
      added: [
        { category: 'x', count: 2 },
        { category: true, count: 1 },
      ],
      addedCount: 3,
      vanished: 2,
      outside: 1,
    };
    const empty = { ...side, rows: 0, distinct: 1 };
    const rows = tableOf(
      pageOf([
        featureOf({ quality: changed }),
        featureOf({ name: 'same' }),
        featureOf({ name: 'gone', quality: { ...quality, current: empty } }),
      ]),
      'Data quality',
    );
    expect(rows).toEqual([
      ['Feature', 'Rows', 'Missing', 'Unreadable', 'Distinct', 'New'],
      [
        'age',
        '1,000 → 900',
        '1 → 4',
        '2 → 5',
        '3 → 1',
        '3 values of new categories: x, true; 2 categories are gone; 1 value outside of the reference’s range; constant',
      ],
      ['same', '10 → 10', '0 → 0', '0 → 0', '4 → 4', '–'],
      ['gone', '10 → 0', '0 → 0', '0 → 0', '4 → 1', '–'],
    ]);
  });

  it('compares texts by their length and their unknown words', () => {
    const property = { test: 'z', score: 0.5, drifted: false, reference: 12, current: 30.25 } as const;
    const words = { ...property, reference: 0.1, current: 0.5 };
    const text = { area: 0.8125, threshold: 0.55, drifted: true, length: property, unknownWords: words };
    const drifted = { length: { ...property, drifted: true }, unknownWords: { ...words, drifted: true } };
    const written = pageOf([
      featureOf({ name: 'note', text }),
      featureOf({}),
      featureOf({ name: 'title', text: { ...text, ...drifted } }),
    ]);
    const classified = 'tells new texts from old ones with an area of 0.813';
    expect(tableOf(written, 'Texts')).toEqual([
      ['Feature', 'Classifier', 'Length', 'Unknown words'],
      ['note', classified, '12 → 30.3 characters', '10.0 % → 50.0 %'],
      ['title', classified, '12 → 30.3 characters, drifted', '10.0 % → 50.0 %, drifted'],
    ]);
  });

  it('shows the accuracy of each window', () => {
    const written = pageOf([], { performance: [pointOf(0, 3, 4, 'v1'), pointOf(60_000, 0, 0)] });
    expect(tableOf(written, 'Performance')).toEqual([
      ['Window', 'Version', 'Accuracy', 'Outcomes known'],
      [
        '1970-01-01 00:00 UTC to 1970-01-01 00:01 UTC',
        'v1',
        // Wilson's interval by statsmodels 0.14.4.
        '75.0 % (30.1 % to 95.4 %)',
        '50.0 % (4 of 8)',
      ],
      ['1970-01-01 00:01 UTC to 1970-01-01 00:02 UTC', '–', '–', '–'],
    ]);
    const none = pageOf([], { performance: [pointOf(0, 0, 0)] });
    expect(none).not.toContain('class="plot"');
  });
});

/** A minute in which a model was right so often, of twice as many requests as outcomes. */
function pointOf(from: number, right: number, outcomes: number, version?: string) {
  const ranks = [right, ...noAccuracy.ranks.slice(1)];
  const accuracy = accuracyOf({ ...noAccuracy, requests: 2 * outcomes, outcomes, ranks });
  return { from, to: from + 60_000, version, accuracy };
}

describe('the drawing of a feature', () => {
  it('lays the bins of numbers over each other, from the least edge to the greatest', () => {
    const { text } = drawDistribution('age', {
      kind: 'numbers',
      edges: [10, 20, 30, 40.123],
      reference: [0.5, 0.25, 0.25],
      current: [0, 0.375, 0.625],
    });
    expect(text).toContain('role="img" aria-label="age: from 10 to 40.1, reference and now"');
    expect(attributes(text, 'path', 'class')).toEqual(['bar c1 both', 'bar c2 both']);
    expect(attributes(text, 'path', 'd')).toEqual([
      'M0 20H33.33V100H0ZM33.33 60H66.67V100H33.33ZM66.67 60H100V100H66.67Z',
      'M0 100H33.33V100H0ZM33.33 40H66.67V100H33.33ZM66.67 0H100V100H66.67Z',
    ]);
    expect(textsOf(text, 'text')).toEqual(['0', '50', '10', '40.1', '', 'share (%)']);
    expect(attributes(text, 'line', 'y1')).toEqual(['100%', '20%']);
    expect(attributes(text, 'text', 'x')).toEqual(['-8', '-8', '0%', '100%', '50%', '-3.4em']);
  });

  it('sets the bars of a category one below the other, relative to the longest of all', () => {
    const { text } = drawDistribution('word', {
      kind: 'categories',
      labels: ['fourteen chars', 'fifteen charact'],
      reference: [0.5, 0.3],
      current: [0.25, 0.6],
      others: { reference: 0, current: 0.15 },
    });
    expect(text).toContain(
      '<svg class="bars" height="60" role="img" aria-label="word: 3 categories, reference and now">',
    );
    expect(textsOf(text, 'text')).toEqual(['fourteen chars', 'fifteen chara…', 'others']);
    expect(attributes(text, 'text', 'y')).toEqual(['13', '33', '53']);
    expect(attributes(text, 'rect', 'class')).toEqual(['c1', 'c2', 'c1', 'c2', 'c1', 'c2']);
    expect(attributes(text, 'rect', 'y')).toEqual(['2', '10', '22', '30', '42', '50']);
    expect(attributes(text, 'rect', 'width')).toEqual(['83.33%', '41.67%', '50%', '100%', '0%', '25%']);
    expect(textsOf(text, 'title')).toEqual([
      'fourteen chars: 50.0 %, now 25.0 %',
      'fifteen charact: 30.0 %, now 60.0 %',
      'others: 0.0 %, now 15.0 %',
    ]);
    const kind = 'categories';
    const others = { reference: 0, current: 0 };
    const all = drawDistribution('word', { kind, labels: ['a'], reference: [1], current: [0], others }).text;
    expect(textsOf(all, 'text')).toEqual(['a']);
    const none = drawDistribution('word', { kind, labels: ['a'], reference: [0], current: [0], others }).text;
    expect(attributes(none, 'rect', 'width')).toEqual(['0%', '0%']);
  });
});

describe('the drawing of accuracy', () => {
  it('goes through the windows with outcomes, at their middles, within a band', () => {
    const { text } = drawPerformance([
      pointOf(0, 3, 4),
      pointOf(60_000, 0, 0),
      pointOf(120_000, 1, 4),
      pointOf(480_000, 4, 4),
    ])!;
    expect(text).toContain(
      'aria-label="Accuracy from 1970-01-01 00:00 UTC, 75.0 %, to 1970-01-01 00:08 UTC, 100.0 %"',
    );
    // Wilson's intervals by statsmodels 0.14.4: 0.3006 to 0.9544, 0.0456 to 0.6994, 0.5101 to 1.
    expect(attributes(text, 'path', 'd')).toEqual([
      'M0 4.56L25 30.06L100 0L100 48.99L25 95.44L0 69.94Z',
      'M0 25L25 75L100 0',
    ]);
    expect(attributes(text, 'path', 'class')).toEqual(['band c1', 'line c1']);
    expect(attributes(text, 'circle', 'cx')).toEqual(['0%', '25%', '100%']);
    expect(attributes(text, 'circle', 'cy')).toEqual(['25%', '75%', '0%']);
    expect(attributes(text, 'circle', 'r')).toEqual(['4', '4', '4']);
    // Each leads to the row of its window, of which the second has no outcome.
    expect(attributes(text, 'a', 'href')).toEqual(['#row-0', '#row-2', '#row-3']);
    expect(attributes(text, 'a', 'id')).toEqual(['window-0', 'window-2', 'window-3']);
    expect(attributes(text, 'a', 'aria-label')).toEqual([
      '1970-01-01 00:00 UTC: 75.0 %',
      '1970-01-01 00:02 UTC: 25.0 %',
      '1970-01-01 00:08 UTC: 100.0 %',
    ]);
    expect(textsOf(text, 'text').slice(-4)).toEqual([
      '1970-01-01 00:00',
      '1970-01-01 00:08',
      'UTC',
      'accuracy (%)',
    ]);
  });

  it('is a range at the one window that has outcomes, and nothing without any', () => {
    const { text } = drawPerformance([pointOf(0, 3, 4)])!;
    expect(attributes(text, 'circle', 'cx')).toEqual(['0%', '0%']);
    expect(text).toContain('<line class="line c1" x1="0%" y1="69.94%" x2="0%" y2="4.56%"/>');
    expect(textsOf(text, 'text').slice(-4)).toEqual(['1970-01-01 00:00', '', 'UTC', 'accuracy (%)']);
    expect(drawPerformance([pointOf(0, 0, 0)])).toBeUndefined();
  });
});
