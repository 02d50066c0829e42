import { didYouMean } from '@murmuration/protocol/errors/nearest';
import { Command } from 'commander';
import { exitCodeHelp, widest, wrap } from './output/output.ts';
import { version } from './output/version.ts';

/** Commands that are defined together. */
interface Commands {
  readonly names: readonly string[];
  readonly load: () => Promise<(program: Command) => void>;
}

/** All commands, in the order of the help. */
const commands: readonly Commands[] = [
  { names: ['new'], load: async () => (await import('./commands/new.ts')).newCommand },
  { names: ['serve'], load: async () => (await import('./commands/serve.ts')).serveCommand },
  { names: ['dev'], load: async () => (await import('./commands/dev.ts')).devCommand },
  { names: ['inference'], load: async () => (await import('./commands/inference.ts')).inferenceCommand },
  { names: ['precompute'], load: async () => (await import('./commands/precompute.ts')).precomputeCommand },
  {
    names: ['request-log'],
    load: async () => (await import('./commands/request-log.ts')).requestLogCommands,
  },
  { names: ['status'], load: async () => (await import('./commands/status.ts')).statusCommand },
  { names: ['rounds'], load: async () => (await import('./commands/rounds.ts')).roundCommands },
  { names: ['queries'], load: async () => (await import('./commands/queries.ts')).queryCommands },
  { names: ['vocabulary'], load: async () => (await import('./commands/vocabulary.ts')).vocabularyCommands },
  { names: ['training'], load: async () => (await import('./commands/training.ts')).trainingCommands },
  { names: ['models'], load: async () => (await import('./commands/models.ts')).modelCommands },
  {
    names: ['experiments'],
    load: async () => (await import('./commands/experiments.ts')).experimentCommands,
  },
  { names: ['tokens'], load: async () => (await import('./commands/tokens.ts')).tokenCommands },
  { names: ['devices'], load: async () => (await import('./commands/devices.ts')).deviceCommands },
  { names: ['tasks'], load: async () => (await import('./commands/tasks.ts')).taskCommands },
  { names: ['audit'], load: async () => (await import('./commands/audit.ts')).auditCommand },
  { names: ['backup', 'restore'], load: async () => (await import('./commands/backup.ts')).backupCommands },
  { names: ['doctor'], load: async () => (await import('./commands/doctor.ts')).doctorCommand },
];

/**
 * Returns the command line of `murmuration` with only the command `name`, if it exists, because loading all
 * takes a few tenths of a second; otherwise with all commands.
 */
export async function murmuration(name?: string): Promise<Command> {
  const program = new Command('murmuration')
    .description('A coordinator for federated learning')
    .version(version, '-V, --version', 'print the version')
    .configureOutput({
      getOutHelpWidth: () => Math.min(widest, process.stdout.columns || 80),
      getErrHelpWidth: () => Math.min(widest, process.stderr.columns || 80),
      outputError: (text, write) => write(`${text.trimEnd()}${meantBy(program)}\n`),
    })
    .addHelpText('after', wrap(exitCodeHelp));
  const named = commands.filter(({ names }) => name !== undefined && names.includes(name));
  const wanted = named.length > 0 ? named : commands;
  for (const add of await Promise.all(wanted.map(({ load }) => load()))) add(program);
  return program;
}

/** Question whether a word that a group took for a name means a subcommand; empty if none is near. */
export function meantBy({ args: [name, word], commands }: Command): string {
  const group = commands.find(each => each.name() === name)?.commands ?? [];
  const names = group.flatMap(each => [each.name(), ...each.aliases()]);
  return word === undefined || names.includes(word) ? '' : didYouMean(word, names);
}
