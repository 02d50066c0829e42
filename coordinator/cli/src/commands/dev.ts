import { type Command, InvalidArgumentError } from 'commander';
import { wholeNumber } from '../arguments/numbers.ts';
import type { DevOptions } from '../dev/dev.ts';
import { wrap } from '../output/output.ts';

/** Maximum number of devices in one thread. */
const perThread = 100;

/**
 * Adds `murmuration dev TASK`: a coordinator, its dashboard and local devices for the user's own task, on
 * this machine.
 */
export function devCommand(program: Command): void {
  program
    .command('dev')
    .description('try a task on this machine: a coordinator, the dashboard and local devices')
    .argument(
      '<task>',
      'module with a default export of defineTask(), and the exports "objective" and "examples"',
    )
    .option('-d, --devices <number>', `local devices, up to ${perThread}`, deviceCount, 5)
    .option('-p, --port <number>', 'port to listen on; 0 takes any free one', port, 8_800)
    .option('--rounds <number>', 'stop after this many rounds', wholeNumber)
    .addHelpText(
      'after',
      wrap(
        '\nIt protects nobody: devices accept any plan, and only this machine can connect. Nothing is stored.',
      ),
    )
    .action(async (path: string, given: DevOptions) => {
      // Loaded only here, so that no other command waits for the engine.
      const { dev } = await import('../dev/dev.ts');
      await dev(path, given);
    });
}

function deviceCount(text: string): number {
  const count = wholeNumber(text);
  if (count > perThread) throw new InvalidArgumentError(`Expected a whole number up to ${perThread}.`);
  return count;
}

function port(text: string): number {
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535)
    throw new InvalidArgumentError('Expected a port from 0 to 65535.');
  return Number(text);
}
