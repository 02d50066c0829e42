import { cpSync, existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { Command } from 'commander';
import { say } from '../output/output.ts';
import { version } from '../output/version.ts';

const root = fileURLToPath(new URL('../../templates/', import.meta.url));
/** Folder of the files that all templates share. */
const common = 'common';
const names = readdirSync(root).filter(name => name !== common);

/** Adds `murmuration new [TEMPLATE] [FOLDER]`. */
export function newCommand(program: Command): void {
  program
    .command('new')
    .description('begin a task: a folder with its model, objective, test, and devices in a page and in Node')
    .argument('[template]', `what it learns at first: ${names.join(', ')}`, 'classifier')
    .argument('[folder]', 'a new or empty folder; by default, named as the template')
    .action((template: string, folder: string = template) => {
      begin(template, folder);
      say(`Made ${folder}. Next, where the packages are packed in ~/murmuration-packs:`);
      say(`  cd ${folder}\n  npm install ~/murmuration-packs/*.tgz\n  npx murmuration dev task.js`);
    });
}

/**
 * Writes a template into a folder. Throws `config.invalid` for an unknown template, and for anything at
 * `folder` but an empty folder, before it writes.
 */
export function begin(template: string, folder: string): void {
  if (!names.includes(template))
    throw new MurmurationError(
      'config.invalid',
      `There is no template "${template}"; there are ${names.join(', ')}.`,
    );
  if (existsSync(folder) && !(statSync(folder).isDirectory() && readdirSync(folder).length === 0))
    throw new MurmurationError('config.invalid', `${folder} is not an empty folder; nothing was written.`);
  mkdirSync(folder, { recursive: true });
  for (const part of [common, template]) cpSync(join(root, part), folder, { recursive: true });
  const ours = (...packages: string[]) =>
    Object.fromEntries(packages.map(name => [`@murmuration/${name}`, version]));
  const manifest = {
    name: basename(resolve(folder))
      .toLowerCase()
      .replaceAll(/[^a-z\d-]+/g, '-'),
    private: true,
    type: 'module',
    scripts: { test: 'node --test' },
    dependencies: ours('client-sdk', 'coordinator'),
    devDependencies: { ...ours('cli'), vite: '8.3.8' },
  };
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
}
