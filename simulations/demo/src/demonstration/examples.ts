import { existsSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { choice } from '@murmuration/tuning/options/values';
import { Command, type Option } from 'commander';

const folder = new URL('../../../../examples/', import.meta.url);

/** Folders of the examples that are programs of their own, `start.js`, by name. */
export const programs: ReadonlyMap<string, string> = new Map(
  readdirSync(folder)
    .filter(name => existsSync(new URL(`${name}/start.js`, folder)))
    .map(name => [name, fileURLToPath(new URL(`${name}/`, folder))]),
);

/** Names of the examples; the first is the default. */
const names = ['keyboard', 'spam', ...programs.keys()] as const;

/** Option that chooses the example. */
export function examples(): Option {
  return choice(
    '--example <name>',
    'what to show: phones that teach a keyboard, a mail filter, or the program of that name in examples/',
    names,
  );
}

/** Example that a command line asks for; another name ends the process with one sentence and exit code 1. */
export function exampleIn(argv: readonly string[]): string {
  return new Command('npm start --')
    .addOption(examples())
    .helpOption(false)
    .allowUnknownOption()
    .allowExcessArguments()
    .parse(argv, { from: 'user' })
    .opts<{ readonly example: string }>().example;
}
