import { Command } from 'commander';
import { auditCommand } from './audit.ts';
import { backupCommands } from './backup.ts';
import { completionCommand } from './completion.ts';
import { deviceCommands } from './devices.ts';
import { doctorCommand } from './doctor/doctor.ts';
import { modelCommands } from './models.ts';
import { exitCodeHelp } from './output.ts';
import { roundCommands } from './rounds.ts';
import { serveCommand } from './serve.ts';
import { statusCommand } from './status.ts';
import { taskCommands } from './tasks.ts';
import { tokenCommands } from './tokens.ts';

/** The command line: all commands of `murmuration`. */
export function murmuration(): Command {
  const program = new Command('murmuration')
    .description('A coordinator for federated learning')
    .showSuggestionAfterError()
    .addHelpText('after', exitCodeHelp);
  serveCommand(program);
  statusCommand(program);
  roundCommands(program);
  modelCommands(program);
  tokenCommands(program);
  deviceCommands(program);
  taskCommands(program);
  auditCommand(program);
  backupCommands(program);
  doctorCommand(program);
  completionCommand(program);
  return program;
}
