import { systemClock } from '@murmuration/protocol/time/system-clock';
import type { Command } from 'commander';
import { urlOf } from '../client/request.ts';
import { examine } from '../doctor/examine.ts';
import { say, sayJson, sayTable } from '../output/output.ts';

const tones = { ok: 'good', warning: 'doubtful', fault: 'bad' } as const;

/** `murmuration doctor [TASK…]`: what keeps a coordinator from running well, and how to mend it. */
export function doctorCommand(program: Command): void {
  program
    .command('doctor')
    .description('check what a coordinator needs here, and say what is wrong and how to mend it')
    .argument('[task...]', 'task modules that `serve` is to run')
    .option(
      '-c, --config <file>',
      'configuration file (JSON); environment variables MURMURATION_… go before it',
    )
    .option('-u, --url <url>', 'address of a coordinator to compare the clock with')
    .option('--json', 'print JSON, for programs')
    .addHelpText(
      'after',
      '\nIt changes nothing. The exit code is 1 where there is a fault; warnings leave it 0.',
    )
    .action(async (modules: string[], given: { config?: string; url?: string; json?: boolean }) => {
      const url = given.url === undefined ? undefined : urlOf(given.url);
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
