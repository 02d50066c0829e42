// npm test [-- paths and options of vitest]: prepares, finds a browser, runs the tests, and says what they covered.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { requireChromium } from './chromium.mjs';
import { prepare, rootFolder } from './prepare.mjs';
import { providePrometheus } from './prometheus.mjs';

await prepare();
const folder = mkdtempSync(join(tmpdir(), 'murmuration-test-'));
const reportFile = join(folder, 'report.json');

const vitest = spawnSync(
  process.execPath,
  [
    'node_modules/vitest/vitest.mjs',
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${reportFile}`,
    ...process.argv.slice(2),
  ],
  {
    cwd: rootFolder,
    env: {
      ...process.env,
      CHROME_PATH: requireChromium(),
      PROMETHEUS_FOLDER: providePrometheus() ?? '',
    },
    stdio: ['ignore', 'inherit', 'inherit'],
  },
);

/**
 * The parts of vitest's JSON report that are read here.
 * @typedef {{ testResults: { name: string, status: string, assertionResults: { status: string }[] }[] }} Report
 */

/** @returns {Report} */
function readReport() {
  try {
    return JSON.parse(readFileSync(reportFile, 'utf8'));
  } catch {
    return { testResults: [] };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const total = { files: 0, passed: 0, failed: 0, skipped: 0 };
/** @type {Map<string, typeof total>} */
const kinds = new Map();
for (const { name, status, assertionResults } of readReport().testResults) {
  const kind = relative(join(rootFolder, 'test'), name).split(/[\\/]/)[0];
  const counts = kinds.get(kind) ?? { files: 0, passed: 0, failed: 0, skipped: 0 };
  kinds.set(kind, counts);
  const passed = assertionResults.filter(test => test.status === 'passed').length;
  const failed = assertionResults.filter(test => test.status === 'failed').length;
  for (const sum of [counts, total]) {
    sum.files += 1;
    sum.passed += passed;
    // A file that breaks before its first test counts as one failed test.
    sum.failed += failed || Number(status === 'failed');
    sum.skipped += assertionResults.length - passed - failed;
  }
}

/** @param {typeof total} counts */
function outcome({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}

if (vitest.status !== 0 && total.failed === 0) {
  console.log('The run broke outside of the tests; the reason stands above.');
  total.failed = 1;
}
for (const [kind, counts] of [...kinds].sort())
  console.log(`${kind.padEnd(10)} ${counts.files} files: ${outcome(counts)}`);
console.log(outcome(total));
process.exitCode = total.failed > 0 ? 1 : 0;
