import { systemClock } from '@murmuration/protocol/time/system-clock';
import type { Command } from 'commander';
import { urlOf } from '../client/request.ts';
import { say, sayJson, sayTable, wrap } from '../output/output.ts';

const tones = { ok: 'good', warning: 'doubtful', fault: 'bad' } as const;

/**
 * Adds `murmuration doctor [TASK…]`, which finds what keeps a coordinator from running well, and how to fix
 * it.
 */
export function doctorCommand(program: Command): void {
  program
    .command('doctor')
    .description('check this machine for a coordinator, and say what is wrong and how to fix it')
    .argument('[task...]', 'the task modules that `serve` will run')
    .option(
      '-c, --config <file>',
      'configuration file (JSON); environment variables MURMURATION_… override it',
    )
    .option('-u, --url <url>', 'address of a coordinator whose clock to compare with')
    .option('--json', 'print JSON, for programs')
    .addHelpText(
      'after',
      wrap(
        '\nIt changes nothing; where models lie in a bucket, it writes an object there and deletes it. The exit code is 1 if there is a fault; with only warnings it is 0.',
      ),
    )
    .action(async (modules: string[], given: { config?: string; url?: string; json?: boolean }) => {
      const url = given.url === undefined ? undefined : urlOf(given.url);
      const { examine } = await import('../doctor/examine.ts');
      const findings = await examine({ modules, file: given.config, env: process.env, url }, systemClock);
      const faults = findings.filter(({ state }) => state === 'fault').length;
      const warnings = findings.filter(({ state }) => state === 'warning').length;
      process.exitCode = faults > 0 ? 1 : 0;
      if (given.json) return sayJson({ faults, warnings, findings });
      sayTable(
        ['', 'check', 'finding'],
        findings.flatMap(({ check, state, says, mend }) => [
          [{ text: state, tone: tones[state] }, check, says],
          ...(mend === null ? [] : [['', '', `→ ${mend}`]]),
        ]),
      );
      say(`\nFaults: ${faults}, warnings: ${warnings}`);
    });
}
