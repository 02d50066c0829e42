import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { addAccuracy, asked, judged } from '@murmuration/monitoring/accuracy/accuracy-sums';
import { moment } from '@murmuration/monitoring/kit/quantities';
import { driftPage } from '@murmuration/monitoring/page/drift-page';
import { figure } from '@murmuration/monitoring/page/format';
import { driftReport } from '@murmuration/monitoring/report/drift-report';
import { describe, expect, it } from 'vitest';

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
    expect(page.match(/<svg [^>]*role="img"/g)).toHaveLength(5);
    expect(page).toContain('has drifted since 2026-01-02 03:04 UTC');
    expect(page).toContain('was not compared. The current sample is empty.');
    expect(page).toContain('1 value of new categories: new one');
    expect(page).toContain('before the correction');
    expect(page).toContain('25.0 % (1 of 4)');
    expect(page).toContain('<path class="line c1" d="M0 ');
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
    expect(page).not.toMatch(/ (?:src|style|on\w+)="| href="(?!#|data:image)/);
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
    expect([0, 0.00001234, 0.1234, 12_345].map(figure)).toEqual(['0', '1.2e-5', '0.123', '12,300']);
    expect(moment(0)).toBe('1970-01-01 00:00 UTC');
  });
});
