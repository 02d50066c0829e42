// npm test [-- paths and options of vitest]: prepares, finds what the tests need, runs them, and says what they covered.
// `--long` runs the tests that take minutes (NAME.long.test.ts) in place of all others; a path runs whatever it names.
// `--all-services` fails where tests were skipped for a service that this machine lacks.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { provideChromium } from './chromium.mjs';
import { prepare, rootFolder } from './prepare.mjs';
import { provideServices, withoutTags } from './services.mjs';
import { failedTests, minutes, outcome, readReport, skippedSuites } from './test-report.mjs';

await prepare();
const own = ['--all-services', '--long'];
const options = process.argv.slice(2).filter(option => !own.includes(option));
const allServices = process.argv.includes('--all-services');
const long = process.argv.includes('--long');
const named = options.some(option => option.startsWith('test/'));
const chromium = provideChromium();
const services = provideServices();
const folder = mkdtempSync(join(tmpdir(), 'murmuration-test-'));
const reportFile = join(folder, 'report.json');
const started = performance.now();

const projects = [
  ...(long ? [] : ['node', 'alone', ...(chromium ? ['browser'] : [])]),
  ...(long || named ? ['long'] : []),
];

/** The tags of the tests that this machine can't run. */
const without = [chromium ? [] : ['chromium'], services.lacking].flat();

const vitest = spawnSync(
  process.execPath,
  [
    'node_modules/vitest/vitest.mjs',
    'run',
    '--reporter=default',
    '--reporter=json',
    '--reporter=./scripts/stuck.mjs',
    `--outputFile.json=${reportFile}`,
    ...projects.map(project => `--project=${project}`),
    // Long tests compute, where others wait: one more at a time would only slow the rest.
    ...(long ? [`--maxWorkers=${availableParallelism()}`] : []),
    ...withoutTags(without),
    ...options,
  ],
  {
    cwd: rootFolder,
    env: {
      ...process.env,
      ...(chromium !== undefined && { CHROME_PATH: chromium }),
      ...services.env,
    },
    stdio: ['ignore', 'inherit', 'inherit'],
  },
);
const report = readReport(reportFile);
rmSync(folder, { recursive: true });

const total = { files: 0, passed: 0, failed: 0, skipped: 0 };
/** @type {Map<string, typeof total>} */
const kinds = new Map();
for (const { name, status, assertionResults } of report.testResults) {
  const [kind = ''] = relative(join(rootFolder, 'test'), name).split(/[\\/]/);
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

if (vitest.status !== 0 && total.failed === 0) {
  console.log('The run broke outside of the tests; the reason stands above.');
  total.failed = 1;
}
for (const [kind, counts] of [...kinds].sort())
  console.log(`${kind.padEnd(10)} ${counts.files} files: ${outcome(counts)}`);

const skipped = skippedSuites(report, rootFolder);
if (!chromium && !long) skipped.unshift('test/browser, every file (chromium)');
if (skipped.length > 0)
  console.log(
    `Skipped, because this machine lacks what is named in brackets:\n${skipped.map(suite => `  ${suite}\n`).join('')}`.trimEnd(),
  );

const failures = failedTests(report, rootFolder);
if (failures.length > 0) console.log(`Failed:\n${failures.map(test => `  ${test}\n`).join('')}`.trimEnd());

console.log(`${outcome(total)}, in ${minutes(performance.now() - started)}`);
process.exitCode = total.failed > 0 || (allServices && skipped.length > 0) ? 1 : 0;
