import { Command } from 'commander';
import { auditCommand } from './commands/audit.ts';
import { backupCommands } from './commands/backup.ts';
import { completionCommand } from './commands/completion.ts';
import { devCommand } from './commands/dev.ts';
import { deviceCommands } from './commands/devices.ts';
import { doctorCommand } from './commands/doctor.ts';
import { experimentCommands } from './commands/experiments.ts';
import { inferenceCommands } from './commands/inference.ts';
import { inferenceTokenCommands } from './commands/inference-tokens.ts';
import { modelCommands } from './commands/models.ts';
import { precomputeCommand } from './commands/precompute.ts';
import { requestLogCommands } from './commands/request-log.ts';
import { roundCommands } from './commands/rounds.ts';
import { runCommands } from './commands/runs.ts';
import { serveCommand } from './commands/serve.ts';
import { statusCommand } from './commands/status.ts';
import { taskCommands } from './commands/tasks.ts';
import { tokenCommands } from './commands/tokens.ts';
import { exitCodeHelp } from './output/output.ts';
import { version } from './output/version.ts';

/** The command line: all commands of `murmuration`. */
export function murmuration(): Command {
  const program = new Command('murmuration')
    .description('A coordinator for federated learning')
    .version(version, '-V, --version', 'print the version')
    .showSuggestionAfterError()
    .addHelpText('after', exitCodeHelp);
  serveCommand(program);
  devCommand(program);
  inferenceCommands(program);
  inferenceTokenCommands(program);
  precomputeCommand(program);
  requestLogCommands(program);
  statusCommand(program);
  roundCommands(program);
  runCommands(program);
  modelCommands(program);
  experimentCommands(program);
  tokenCommands(program);
  deviceCommands(program);
  taskCommands(program);
  auditCommand(program);
  backupCommands(program);
  doctorCommand(program);
  completionCommand(program);
  return program;
}
