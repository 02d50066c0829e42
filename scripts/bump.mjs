// npm run bump: raises all packages by the changesets that wait, and dates the section of the changelog that says what is new.
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { prepare, rootFolder } from './prepare.mjs';

/** Sources that know the version of their package. */
const constants = [
  'coordinator/server/src/assembly/version.ts',
  'client-sdk/src/device/sdk-version.ts',
  'coordinator/cli/src/output/version.ts',
  'serving/server/src/assembly/version.ts',
];

/** @param {string} file @param {(text: string) => string} change */
function rewrite(file, change) {
  const path = join(rootFolder, file);
  const text = readFileSync(path, 'utf8');
  const changed = change(text);
  if (changed === text) throw new Error(`${file} has nothing that names the version.`);
  writeFileSync(path, changed);
}

/** @param {string} command @param {string[]} args */
function run(command, args) {
  const { status } = spawnSync(command, args, { cwd: rootFolder, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}

const manifest = () => JSON.parse(readFileSync(join(rootFolder, 'protocol/package.json'), 'utf8'));

await prepare();
const before = manifest().version;
run(process.execPath, ['node_modules/@changesets/cli/bin.js', 'version']);
const { version } = manifest();
if (version === before) {
  console.log('No changeset waits: `npx changeset` writes one.');
  process.exit(1);
}
for (const file of constants) rewrite(file, text => text.replace(/'\d+\.\d+\.\d+'/, `'${version}'`));
rewrite('package.json', text => text.replace(/"version": "[^"]+"/, `"version": "${version}"`));
const today = new Date().toISOString().slice(0, 10);
rewrite('CHANGELOG.md', text =>
  text.replace('## [Unreleased]', `## [Unreleased]\n\n## [${version}] - ${today}`),
);
// The manifests name the image of the version.
run(process.execPath, ['scripts/kubernetes.mjs']);
run('npm', ['install', '--package-lock-only', '--no-audit', '--no-fund']);
console.log(`All packages are ${version}.`);
