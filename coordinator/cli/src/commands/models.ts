import { versions } from '@murmuration/api/version';
import type { StoredWeights } from '@murmuration/engine/models/stored-weights';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { ModelHash } from '@murmuration/protocol/ids/ids';
import { type Command, Option } from 'commander';
import { wholeNumber } from '../arguments/numbers.ts';
import { type RemoteOptions, remoteOptions } from '../arguments/remote-options.ts';
import { AdminClient } from '../client/admin-client.ts';
import { type Aliases, type Fetched, fetchModel } from '../client/model-export.ts';
import type { Range } from '../client/pages.ts';
import { PublicClient, type ShownModel, type ShownTask } from '../client/public-client.ts';
import { figures } from '../output/figures.ts';
import { type CliCell, say, sayJson, sayTable } from '../output/output.ts';
import { exportFolder, linesOfFolder } from './folder-export.ts';
import { importModel, linesOfImport } from './model-import.ts';
import { exportNpm, linesOfPackage, type NpmOptions } from './npm-export.ts';
import { exportOnnx, linesOf } from './onnx-export.ts';
import { linesOfSmaller, type SmallerForm, smallerForm } from './smaller-form.ts';
import { namedVersion, versionCommands } from './versions.ts';

/** Adds `murmuration models|export|import|promote|rollback`. */
export function modelCommands(program: Command): void {
  const models = program.command('models').description('the model versions of a running coordinator');
  showCommand(models);
  exportCommand(models);
  importCommand(models);
  versionCommands(models);
}

function showCommand(models: Command): void {
  remoteOptions(
    models
      .command('show', { isDefault: true })
      .alias('list')
      .description(
        'list the versions of each task, newest first, or show one: where it comes from, its figures, and its ε',
      ),
  )
    .argument('[version]', 'TASK for its versions, TASK@NUMBER or TASK@latest for one; without it, all')
    .option('-l, --limit <number>', 'how many of each task at most', wholeNumber, 20)
    .option('--before <number>', 'only versions with a number below this one', wholeNumber)
    .action((meant: string | undefined, given: RemoteOptions & Range) =>
      meant?.includes('@') ? showVersion(meant, given) : listVersions(meant, given),
    );
}

async function listVersions(name: string | undefined, given: RemoteOptions & Range): Promise<void> {
  const client = new PublicClient(given);
  const all = await Promise.all(
    (await client.tasksNamed(name)).map(async ({ name: task, serves }) =>
      (await client.models(task, given)).map(model => ({ task, ...model, served: servedAs(model, serves) })),
    ),
  );
  if (given.json) return sayJson(all.flat());
  sayTable(columns, all.flat().map(rowOf));
}

interface Listed extends ShownModel {
  readonly task: string;
  readonly served: 'yes' | 'pinned' | null;
}

const columns = [
  'task',
  'version',
  'served',
  'made',
  'contributors',
  'held-out',
  'from devices',
  'kept',
  'refused',
  'ε',
];

function rowOf(listed: Listed): readonly CliCell[] {
  const { served, fromDevices, verdicts, privacy } = listed;
  return [
    listed.task,
    listed.number,
    served && { text: served, tone: served === 'pinned' ? 'doubtful' : 'good' },
    listed.createdAt,
    listed.contributors,
    figures(listed.metrics),
    fromDevices ? figures(fromDevices.metrics) : null,
    verdicts.kept,
    verdicts.refused > 0 ? { text: String(verdicts.refused), tone: 'doubtful' } : 0,
    privacy && (privacy.epsilon === null ? { text: 'none', tone: 'doubtful' } : epsilonOf(privacy)),
  ];
}

async function showVersion(meant: string, given: RemoteOptions): Promise<void> {
  const client = new PublicClient(given);
  const version = await found(client, meant);
  const shown = { ...version, smaller: await smallerForm(client, version.model as ModelHash) };
  if (given.json) return sayJson(shown);
  await sayVersion(shown, client);
}

interface Detailed extends ShownModel {
  readonly task: string;
  readonly smaller: SmallerForm | null;
}

/** Prints all that is known about a version, line by line. */
async function sayVersion(shown: Detailed, client: PublicClient): Promise<void> {
  const { task, number, model, parent, createdAt, strategy, contributors, metrics, verdicts, smaller } =
    shown;
  const rows: readonly (readonly [string, string])[] = [
    ['version', `${number} of ${task}`],
    ['made', createdAt],
    ['from', parent ?? 'nothing: it is the first'],
    ['strategy', strategy],
    ['contributors', String(contributors)],
    ['held-out', figures(metrics) ?? 'not measured'],
    ...(shown.fromDevices ? [['from devices', devicesText(shown.fromDevices)] as const] : []),
    ...(shown.gate ? [['gate', gateText(shown.gate)] as const] : []),
    ['verdicts', `${verdicts.kept} kept, ${verdicts.refused} refused`],
    ...(shown.words ? [['words', wordsText(shown, await parentOf(client, shown))] as const] : []),
    ...(shown.ngrams ? [['n-grams', ngramsText(shown.ngrams)] as const] : []),
    ['model', model],
  ];
  for (const [name, value] of rows) say(`${name.padEnd(14)}${value}`);
  for (const { passed, text } of shown.gate?.checks ?? [])
    say(`${''.padEnd(14)}${passed ? 'passed' : 'failed'}: ${text}`);
  if (smaller) for (const line of linesOfSmaller(smaller)) say(line);
  say(`\n${shown.privacy?.text ?? 'No noise was added to this version, so it has no ε.'}`);
}

function exportCommand(models: Command): void {
  remoteOptions(
    models
      .command('export')
      .description('write a version for use elsewhere: for TensorFlow.js, as ONNX, or as a package of npm'),
  )
    .argument('<model>', 'its hash, TASK for the newest version of a task, TASK@NUMBER, or TASK@ALIAS')
    .argument('<to>', 'the folder, or the file with --as onnx; it is created if it does not exist')
    .addOption(
      new Option(
        '--as <format>',
        'tfjs: model.json and its weights; onnx: one file, for ONNX Runtime and others; npm: a package with a typed predict',
      )
        .choices(['tfjs', 'onnx', 'npm'])
        .default('tfjs'),
    )
    .addOption(new Option('--int8', 'matrices as whole numbers, a quarter of the size').conflicts('float16'))
    .option('--float16', 'matrices as float16, half of the size')
    .option('--name <name>', 'with --as npm: of the package (default: TASK-model)')
    .option('--package-version <version>', 'with --as npm: of the package (default: 1.NUMBER.0)')
    .action(async (model: string, to: string, given: ExportOptions) => {
      const weights = given.int8 ? 'int8' : given.float16 ? 'float16' : 'float32';
      if (given.as !== 'npm' && (given.name ?? given.packageVersion) !== undefined)
        throw new MurmurationError('config.invalid', '--name and --package-version need --as npm.');
      const fetched = await fetchModel(new PublicClient(given), model, task => aliasesOf(given, task));
      const { done, lines } = await exported(fetched, to, weights, given);
      if (given.json) return sayJson(done);
      for (const line of lines) say(line);
    });
}

function importCommand(models: Command): void {
  models
    .command('import')
    .description('take a pretrained Keras model into a folder of models, to serve it or begin a task with')
    .argument('<from>', 'the folder that tensorflowjs_converter wrote, with model.json')
    .argument('<to>', 'the folder of models; it is created if it does not exist')
    .option('--name <name>', 'of the model (default: that of its folder)')
    .option('--as-version <number>', 'of the model', wholeNumber, 1)
    .option('--json', 'print one JSON document')
    .action(async (from: string, to: string, given: { name?: string; asVersion: number; json?: boolean }) => {
      const { name, asVersion: version, json } = given;
      const done = await importModel(from, to, { version, ...(name !== undefined && { name }) });
      if (json) return sayJson(done);
      for (const line of linesOfImport(done)) say(line);
    });
}

interface ExportOptions extends RemoteOptions, NpmOptions {
  readonly as: 'tfjs' | 'onnx' | 'npm';
  readonly int8?: boolean;
  readonly float16?: boolean;
}

async function exported(
  fetched: Fetched,
  to: string,
  weights: StoredWeights,
  options: ExportOptions,
): Promise<{ readonly done: object; readonly lines: readonly string[] }> {
  if (options.as === 'onnx') {
    const done = await exportOnnx(fetched, to, weights);
    return { done, lines: linesOf(done) };
  }
  if (options.as === 'npm') {
    const done = await exportNpm(fetched, to, weights, options);
    return { done, lines: linesOfPackage(done) };
  }
  const done = await exportFolder(fetched, to, weights);
  return { done, lines: linesOfFolder(done) };
}

/** Returns the versions of a task by their aliases, which only operators may read. */
async function aliasesOf(given: RemoteOptions, task: string): ReturnType<Aliases> {
  const path = `/tasks/${encodeURIComponent(task)}/versions?limit=1`;
  const { serving } = await new AdminClient(given).get(path, versions);
  return new Map(serving.aliases.map(({ alias, number, model }) => [alias, { number, model }]));
}

/** Returns the previous version if it is the parent; undefined if the parent is another one, or deleted. */
async function parentOf(
  client: PublicClient,
  { task, number, parent }: Pick<ShownModel, 'number' | 'parent'> & { readonly task: string },
): Promise<ShownModel | undefined> {
  if (parent === null) return undefined;
  const [before] = await client.models(task, { limit: 1, before: number });
  return before?.model === parent ? before : undefined;
}

function wordsText({ words }: ShownModel, before: ShownModel | undefined): string {
  const added = before?.words ? words! - before.words : 0;
  return added > 0 ? `${words}, ${added} of them new: it grew without a round` : String(words);
}

/** Formats the numbers of a version's n-grams, by length. */
const ngramsText = (counts: readonly number[]): string =>
  counts.map((found, i) => `${found} of ${i + 1}`).join(', ');

const epsilonOf = ({ epsilon }: NonNullable<ShownModel['privacy']>): string =>
  String(Number(epsilon!.toPrecision(3)));

/**
 * Returns the version that `meant` names. Throws `task.unknown`, `model.missing`, and `config.invalid` for an
 * invalid name.
 */
async function found(client: PublicClient, meant: string): Promise<ShownModel & { readonly task: string }> {
  const { task, number } = namedVersion(meant.replace(/@latest$/, ''));
  await client.tasksNamed(task);
  const [newest] = await client.models(task, {
    limit: 1,
    ...(number !== undefined && { before: number + 1 }),
  });
  if (!newest || (number !== undefined && newest.number !== number))
    throw new MurmurationError('model.missing', `${task} has no version ${number}, or no longer keeps it.`);
  return { task, ...newest };
}

/** Formats the gate's decision as one line. */
function gateText(gate: NonNullable<ShownModel['gate']>): string {
  const { outcome, against, promotedAt, rolledBack, reason, checks } = gate;
  const than = `compared with version ${against}`;
  if (outcome === 'undecided') return `undecided, ${than}: ${reason}`;
  if (outcome === 'failed') return `failed, ${than}${checks.length === 0 ? `: ${reason}` : ''}`;
  if (promotedAt === null) return `passed, ${than}, and not promoted`;
  const back = rolledBack ? `; taken back ${rolledBack.at}: ${rolledBack.reason}` : '';
  return `passed, ${than}; promoted ${promotedAt}${back}`;
}

/** Returns how devices serve a version, including a pin by an operator; null if they don't. */
function servedAs({ number }: ShownModel, serves: ShownTask['serves']): Listed['served'] {
  if (number !== serves.number) return null;
  return serves.isPinned ? 'pinned' : 'yes';
}

const devicesText = ({ devices, examples, metrics }: NonNullable<ShownModel['fromDevices']>) =>
  `${figures(metrics) ?? 'too few'}; ${devices} devices, ${examples} examples`;
