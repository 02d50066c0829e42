import type { Clock } from '@murmuration/protocol/ports';
import { systemClock } from '@murmuration/protocol/system';
import type { Command } from 'commander';
import { type Config, loadConfig } from '../../assembly/config.ts';
import { dashboardFolder } from '../../http/dashboard.ts';
import { say, sayJson, sayTable } from '../output.ts';
import { urlOf } from '../request.ts';
import { type Finding, fault, ok } from './finding.ts';
import { checkApps, checkDashboard, checkStorage } from './folders.ts';
import { answersAt, checkExposure, checkPort, checkTls } from './listening.ts';
import { checkClock, checkEngine, checkNode } from './machine.ts';
import { checkModules, linesOf } from './modules.ts';
import { checkWebhooks } from './webhooks.ts';

export interface Examined {
  /** Task modules. */
  readonly modules: readonly string[];
  /** The configuration file, if there is one. */
  readonly file: string | undefined;
  readonly env: NodeJS.ProcessEnv;
  /** A coordinator with whose clock this machine's is compared. */
  readonly url: URL | undefined;
}

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

/** All that was found, check by check. */
export async function examine({ modules, file, env, url }: Examined, clock: Clock): Promise<Finding[]> {
  const findings = [checkNode(process.versions.node), await checkClock(clock, url)];
  const where = file ?? 'the environment variables MURMURATION_…';
  let config: Config | undefined;
  try {
    config = await loadConfig(file, env);
    findings.push(ok('configuration', `All fields of ${where} are right.`));
  } catch (error) {
    const mend = `Correct it in ${where}, or in the variable MURMURATION_… that goes before it, and run doctor again for what depends on it.`;
    findings.push(...linesOf(error).map(line => fault('configuration', `${line}.`, mend)));
  }
  if (config) {
    const isRunning = await answersAt(config);
    const storage = await checkStorage(config, isRunning, clock.now());
    const hasOperators = storage.hasOperators || config.operatorTokens.length > 0;
    findings.push(
      await checkPort(config, isRunning),
      await checkTls(config, clock.now()),
      ...storage.findings,
      checkExposure(config, hasOperators),
      ...(await checkApps(config)),
      await checkDashboard(dashboardFolder),
      ...checkWebhooks(config),
    );
  }
  // Only here: no other command waits for the engine to load.
  const { startBackend } = await import('@murmuration/engine/backend');
  findings.push(await checkEngine(startBackend), ...(await checkModules(modules, config ?? {})));
  return findings;
}
