// What is read in vitest's JSON report, and how it is printed.
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { services } from './services.mjs';

/** The tags of tests that need something of the machine which it may lack. */
const lackable = ['chromium', ...services.map(({ tag }) => tag), 'small-disk'];

/**
 * The parts of the report that are read here.
 * @typedef {{ status: string, title: string, ancestorTitles: string[], tags?: string[], duration?: number | null, failureMessages?: string[] | null }} TestResult
 * @typedef {{ testResults: { name: string, status: string, message?: string, assertionResults: TestResult[] }[] }} Report
 */

/** Lines that are told of why a test failed. */
const mostLines = 8;

/**
 * The report of this file; an empty one where vitest broke before it wrote one.
 * @param {string} file
 * @returns {Report}
 */
export function readReport(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return { testResults: [] };
  }
}

/**
 * The suites that were skipped because the machine lacks a service, a line each: file, name, service.
 * @param {Report} report
 * @param {string} root
 */
export function skippedSuites({ testResults }, root) {
  const suites = new Set();
  for (const { name, assertionResults } of testResults) {
    for (const { status, title, ancestorTitles, tags = [] } of assertionResults) {
      const lacking = tags.filter(tag => lackable.includes(tag));
      if (status === 'passed' || status === 'failed' || lacking.length === 0) continue;
      suites.add(`${relative(root, name)}: ${ancestorTitles[0] || title} (${lacking.join(', ')})`);
    }
  }
  return [...suites];
}

/**
 * The tests that failed, and the files that broke before their first test: a line each, and below it after how long and why, as far as that is known,
 * so that a failure which does not come back can be told from what was printed.
 * @param {Report} report
 * @param {string} root
 */
export function failedTests({ testResults }, root) {
  return testResults.flatMap(({ name, status, message, assertionResults }) => {
    const file = relative(root, name);
    const failed = assertionResults.filter(test => test.status === 'failed');
    if (failed.length === 0) return status === 'failed' ? [[file, ...reason(message)].join('\n')] : [];
    return failed.map(({ title, ancestorTitles, duration, failureMessages }) => {
      const after = duration ? ` (${(duration / 1000).toFixed(1)} s)` : '';
      const test = [file, ...ancestorTitles, title].join(' › ');
      return [`${test}${after}`, ...reason(failureMessages?.join('\n'))].join('\n');
    });
  });
}

/** @param {string | undefined} message */
function reason(message) {
  return (message ?? '')
    .split('\n')
    .filter(line => line.trim() !== '' && !/node_modules|node:internal|<anonymous>/.test(line))
    .slice(0, mostLines)
    .map(
      line =>
        `    ${stripVTControlCharacters(line).replace('STACK_TRACE_ERROR', 'took longer than it may').slice(0, 300)}`,
    );
}

/** @param {{ passed: number, failed: number, skipped: number }} counts */
export function outcome({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}

/** @param {number} ms */
export function minutes(ms) {
  return `${(ms / 60_000).toFixed(1)} minutes`;
}
