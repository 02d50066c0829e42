// npm run simulate -- NAME: runs a scenario of the virtual federation and tells what it found.
import { inspect } from 'node:util';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { compareCommand } from '@murmuration/simulations/report/comparison/command';
import type { Findings } from '@murmuration/simulations/study/study';
import { growHeapFreely } from '@murmuration/simulations/workers/heap';
import { Command, InvalidArgumentError } from 'commander';
import { readAssignment, readSweep } from './command/assignments.ts';
import { type CatalogueEntry, catalogue, findScenario } from './command/catalogue.ts';
import { aligned } from './command/output.ts';
import type { SimulateOptions } from './command/simulate-options.ts';
import { whole } from './options/values.ts';
import { readRedisAddress } from './queue/address.ts';
import { workerCommand } from './queue-worker/command.ts';
import { tuneCommand } from './tuning/command.ts';

growHeapFreely();

const program = new Command('npm run simulate --')
  .description('Runs a scenario of the virtual federation and tells what it found.')
  .argument('[name]', 'a scenario of --list, or the path of a scenario file of your own')
  .option('--list', 'print the names of the scenarios, or with a name the settings of that one', false)
  .option('--json', 'print one JSON object as the last line', false)
  .option(
    '--set <path=value>',
    'a setting, such as plan.learningRate=0.1; may be repeated',
    readAssignment,
    [],
  )
  .option(
    '--sweep <path=values>',
    'a run for each value of a setting, such as strategy.serverLearningRate=0.1,1; may be repeated',
    readSweep,
    [],
  )
  .option('--seed <number>', 'of everything that is drawn; the same as --set seed=…', whole(0, 1_000_000))
  .option(
    '--seeds <number>',
    'runs with as many seeds, one after the other, and means over them',
    whole(1, 1_000),
  )
  .option(
    '--workers <number|redis://host:port>',
    'threads that train, one a processor by default; or a Redis whose workers train',
    threadsOrAddress,
  )
  .option(
    '--transport <loopback|sockets>',
    'on virtual time, or by real HTTP and sockets in real time',
    transport,
  )
  .option('--checkpoint <folder>', 'keep the run there after each round, and go on with what is there')
  .option(
    '--name <text>',
    'keep the reports of the runs by this name, in runs unless --report says where',
    atMost(100),
  )
  .option('--notes <text>', 'notes for the reports, such as why these runs were made', atMost(10_000))
  .option('--report [folder]', 'write events, curves and a page of each run into a folder of its own there')
  .option('--live', 'show the report on a page of this machine while the runs go on, and print its address')
  .option('--mlflow <folder>', 'write each run into that MLflow file store as well')
  .allowExcessArguments(false)
  .enablePositionalOptions()
  .exitOverride(error => process.exit(error.exitCode === 0 ? 0 : 2))
  .action(simulate);

/** Options as typed. */
interface Typed extends Omit<SimulateOptions, 'workers'> {
  readonly list: boolean;
  readonly workers?: number | string;
}

async function simulate(name: string | undefined, { workers: typed, ...rest }: Typed) {
  const workers = typeof typed === 'string' ? readRedisAddress(typed, process.env) : typed;
  const options = { ...rest, ...(workers !== undefined && { workers }) };
  if (options.list && name === undefined)
    return print(aligned(catalogue.map(each => [each.name, each.shows])));
  if (name === undefined) {
    process.stderr.write(program.helpInformation());
    process.stderr.write(`\nScenarios:\n${aligned(catalogue.map(each => [each.name, each.shows]))}\n`);
    process.exitCode = 2;
    return;
  }
  const found = await findScenario(name);
  if (options.list) return print(aligned(await settingsOf(found)));
  const stop = new AbortController();
  process.once('SIGINT', () => {
    process.stderr.write('\nThe run ends after this round. Press Ctrl-C again to end it at once.\n');
    stop.abort();
  });
  // Loaded on demand: a federation imports TensorFlow.js and a coordinator, for which a list need not wait.
  let findings: Findings;
  if (found.kind === 'study') {
    const { runStudy } = await import('./command/run-study.ts');
    findings = await runStudy(found, options, process.stderr);
  } else {
    const { runFederations } = await import('./command/run-federations.ts');
    findings = await runFederations(found.scenario, options, stop.signal, process.stderr);
  }
  show(findings, options);
  if (findings.failure === undefined) return;
  process.stderr.write(`${findings.failure}
`);
  process.exitCode = 1;
}

/** Returns all settings of a scenario; a study's include its seed. */
async function settingsOf(found: CatalogueEntry): Promise<string[][]> {
  const { settingsTable } = await import('./command/settings-table.ts');
  if (found.kind === 'federation') return settingsTable(found.scenario);
  const { strictObject } = await import('zod');
  const { name, study } = found;
  const own = settingsTable({ name, schema: study.schema ?? strictObject({}), defaults: {} });
  return [...own, ['seed', '1', 'a whole number from 0']];
}

function show({ figures, table }: Findings, { json }: { json: boolean }): void {
  print(json ? JSON.stringify(figures) : aligned(table));
}

/** Makes a reader of texts of at most `most` characters. */
function atMost(most: number): (text: string) => string {
  return text => {
    if (text.length > most) throw new InvalidArgumentError(`Give at most ${most} characters.`);
    return text;
  };
}

/**
 * Reads a number of threads, or passes an address on unchecked: commander would repeat a refused one with its
 * password.
 */
function threadsOrAddress(text: string): number | string {
  return /[:/@]/.test(text) ? text : whole(1, 256)(text);
}

function transport(text: string): 'loopback' | 'sockets' {
  if (text === 'loopback' || text === 'sockets') return text;
  return program.error("error: option '--transport' is loopback or sockets.", { exitCode: 2 });
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

for (const command of [compareCommand(show), tuneCommand(show), workerCommand()])
  program.addCommand(command.copyInheritedSettings(program));
program.parseAsync().catch((error: unknown) => {
  process.stderr.write(`${error instanceof MurmurationError ? error.detail : inspect(error)}\n`);
  // Exit code 2 for a request that can't be met, 1 for any other error.
  process.exitCode = error instanceof MurmurationError && error.code === 'config.invalid' ? 2 : 1;
});
