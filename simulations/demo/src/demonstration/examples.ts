import { choice } from '@murmuration/tuning/options/values';
import { Command, type Option } from 'commander';

/** Examples of `npm start`; the first is the default. */
const names = ['keyboard', 'spam'] as const;
export type Example = (typeof names)[number];

/** Option that chooses the example. */
export function examples(): Option {
  return choice('--example <name>', 'what to show: phones that teach a keyboard, or a mail filter', [
    ...names,
  ]);
}

/** Example that a command line asks for; another name ends the process with one sentence and exit code 1. */
export function exampleIn(argv: readonly string[]): Example {
  return new Command('npm start --')
    .addOption(examples())
    .helpOption(false)
    .allowUnknownOption()
    .allowExcessArguments()
    .parse(argv, { from: 'user' })
    .opts<{ readonly example: Example }>().example;
}
