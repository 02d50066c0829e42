#!/usr/bin/env node
import { MurmurationError } from '@murmuration/protocol/errors';
import { Command } from 'commander';
import { auditCommand } from './commands/audit.ts';
import { backupCommands } from './commands/backup.ts';
import { deviceCommands } from './commands/devices.ts';
import { idsLast } from './commands/ids-last.ts';
import { exitCodeHelp, exitCodeOf } from './commands/output.ts';
import { serveCommand } from './commands/serve.ts';
import { taskCommands } from './commands/tasks.ts';
import { tokenCommands } from './commands/tokens.ts';

const program = new Command('murmuration')
  .description('A coordinator for federated learning')
  .showSuggestionAfterError()
  .addHelpText('after', exitCodeHelp);

serveCommand(program);
tokenCommands(program);
deviceCommands(program);
taskCommands(program);
auditCommand(program);
backupCommands(program);

const optionsOf = ({ options, commands }: Command): (string | undefined)[] => [
  ...options.map(({ long }) => long),
  ...commands.flatMap(command => optionsOf(command as Command)),
];
const known = new Set(optionsOf(program));

program
  .parseAsync(
    idsLast(process.argv.slice(2), arg => known.has(arg)),
    { from: 'user' },
  )
  .catch(error => {
    console.error(error instanceof MurmurationError ? error.detail : error);
    process.exitCode = exitCodeOf(error);
  });
