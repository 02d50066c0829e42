import { usesByDefault } from '@murmuration/api/enrolment';
import { roles } from '@murmuration/api/role';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { type Command, Option } from 'commander';
import { expires } from '../arguments/lifetime.ts';
import { wholeNumber } from '../arguments/numbers.ts';
import { operatorOptions } from '../arguments/remote-options.ts';
import { storageOptions } from '../arguments/storage-folder.ts';
import { enrolmentTokens } from './enrolment-tokens.ts';
import { inferenceTokens, rights } from './inference-tokens.ts';
import { operatorTokens } from './operator-tokens.ts';

const kinds = { operator: operatorTokens, enrolment: enrolmentTokens, inference: inferenceTokens } as const;
type Kind = keyof typeof kinds;

/** Kinds of token that have an option, for options that not all have. */
const only: Readonly<Record<string, readonly Kind[]>> = {
  storage: ['operator'],
  config: ['operator'],
  role: ['operator'],
  forConfig: ['operator', 'inference'],
  uses: ['enrolment'],
  anyNumber: ['enrolment'],
  devices: ['enrolment'],
  right: ['inference'],
  model: ['inference'],
  perSecond: ['inference'],
  perDay: ['inference'],
};

type Options = { readonly kind: Kind } & Parameters<typeof operatorTokens.create>[0] &
  Parameters<typeof enrolmentTokens.create>[0] &
  Parameters<typeof inferenceTokens.create>[0];

/** Adds `murmuration tokens|create|revoke`, for the tokens of operators, devices and programs. */
export function tokenCommands(program: Command): void {
  const tokens = program.command('tokens').description('tokens of operators, devices and programs');

  options(
    tokens
      .command('show', { isDefault: true })
      .alias('list')
      .description('list the tokens of a kind, newest first'),
  ).action((given: Options) => kindOf(given).show(given));

  options(tokens.command('create').description('create a token; it is shown only once'))
    .requiredOption('-n, --name <name>', 'the name of its owner, as the audit log shows it')
    .addOption(new Option('-r, --role <role>', 'operator: what it allows').choices(roles))
    .option(
      '--uses <number>',
      `enrolment: how many devices may enrol with it (default: ${usesByDefault})`,
      wholeNumber,
    )
    .option('--any-number', 'enrolment: let any number of devices enrol with it')
    .addOption(
      new Option('--right <right...>', 'inference: what it allows (default: predict)').choices(rights),
    )
    .option('-m, --model <name...>', 'inference: the models that it is for (default: all)')
    .option(
      '--per-second <requests>',
      'inference: requests a second in the long run, and as many at once',
      wholeNumber,
    )
    .option(
      '--per-day <requests>',
      'inference: its quota of requests, which comes back over a day',
      wholeNumber,
    )
    .option(...expires)
    .option(
      '--for-config',
      'operator, inference: store nothing, and print what to add to a configuration, of a coordinator or an inference server',
    )
    .action((given: Options) => kindOf(given).create(given));

  options(tokens.command('revoke').description('revoke a token: nobody can use it any more'))
    .argument('<id>', 'the id that `murmuration tokens` shows')
    .option('--devices', 'enrolment: also revoke the devices that enrolled with it, at once and for good')
    .action((id: string, given: Options) => kindOf(given).revoke(id, given));
}

function options(command: Command): Command {
  const kind = new Option(
    '-k, --kind <kind>',
    'whose they are: of operators (of the storage folder that is named, even while a coordinator runs on it, or of the coordinator at --url), of devices that enrol, or of programs that ask models',
  )
    .choices(Object.keys(kinds))
    .default('operator');
  return operatorOptions(storageOptions(command.addOption(kind)));
}

/** Returns what is asked for. Throws `config.invalid` for an option of another kind. */
function kindOf(given: Options): (typeof kinds)[Kind] {
  for (const name of Object.keys(given)) {
    const of = only[name];
    if (!of || of.includes(given.kind)) continue;
    const option = name.replaceAll(/[A-Z]/g, letter => `-${letter.toLowerCase()}`);
    throw new MurmurationError('config.invalid', `--${option} is for tokens of --kind ${of.join(' or ')}.`);
  }
  return kinds[given.kind];
}
