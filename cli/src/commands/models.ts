import { versions } from '@murmuration/api/version';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { type Command, Option } from 'commander';
import { wholeNumber } from '../arguments/numbers.ts';
import { type RemoteOptions, remoteOptions } from '../arguments/remote-options.ts';
import { AdminClient } from '../client/admin-client.ts';
import { fetchModel, writeFolder } from '../client/model-export.ts';
import type { Range } from '../client/pages.ts';
import { PublicClient, type ShownModel, type ShownTask } from '../client/public-client.ts';
import { bytes, figures } from '../output/figures.ts';
import { say, sayJson, sayTable } from '../output/output.ts';
import { exportOnnx, linesOf } from './onnx-export.ts';
import { versionCommands } from './versions.ts';

/** `murmuration models list|export|promote|rollback`. */
export function modelCommands(program: Command): void {
  const models = program.command('models').description('the model versions of a running coordinator');

  remoteOptions(
    models.command('list', { isDefault: true }).description('list the versions of each task, newest first'),
  )
    .argument('[task]', 'the task; without it, all')
    .option('-l, --limit <number>', 'how many of each task at most', wholeNumber, 20)
    .option('--before <number>', 'only versions with a number below this one', wholeNumber)
    .action(async (name: string | undefined, given: RemoteOptions & Range) => {
      const client = new PublicClient(given);
      const all = await Promise.all(
        (await client.tasksNamed(name)).map(async ({ name: task, serves }) =>
          (await client.models(task, given)).map(model => ({
            task,
            ...model,
            served: servedAs(model, serves),
          })),
        ),
      );
      if (given.json) return sayJson(all.flat());
      sayTable(
        [
          'task',
          'version',
          'served',
          'made',
          'strategy',
          'contributors',
          'held-out',
          'kept',
          'refused',
          'model',
        ],
        all
          .flat()
          .map(({ task, number, served, createdAt, strategy, contributors, metrics, verdicts, model }) => [
            task,
            number,
            served && { text: served, tone: served === 'pinned' ? 'doubtful' : 'good' },
            createdAt,
            strategy,
            contributors,
            figures(metrics),
            verdicts.kept,
            verdicts.refused > 0 ? { text: String(verdicts.refused), tone: 'doubtful' } : 0,
            { text: model, tone: 'faint' },
          ]),
      );
    });

  remoteOptions(
    models
      .command('export')
      .description(
        'write a version to a folder as TensorFlow.js takes it, or to one ONNX file, after checking its hashes',
      ),
  )
    .argument('<model>', 'its hash, TASK for the newest version of a task, TASK@NUMBER, or TASK@ALIAS')
    .argument('<to>', 'the folder, or the file with --as onnx; it is created if it does not exist')
    .addOption(
      new Option(
        '--as <format>',
        'tfjs: model.json and its weights; onnx: one file, for ONNX Runtime and others',
      )
        .choices(['tfjs', 'onnx'])
        .default('tfjs'),
    )
    .addOption(
      new Option('--int8', 'with --as onnx: matrices as whole numbers, a quarter of the size').conflicts(
        'float16',
      ),
    )
    .option('--float16', 'with --as onnx: matrices as float16, half of the size')
    .action(async (model: string, to: string, given: ExportOptions) => {
      const weights = given.int8 ? 'int8' : given.float16 ? 'float16' : 'float32';
      if (weights !== 'float32' && given.as !== 'onnx')
        throw new MurmurationError('config.invalid', `--${weights} needs --as onnx.`);
      const fetched = await fetchModel(new PublicClient(given), model, task => aliasesOf(given, task));
      if (given.as === 'onnx') {
        const done = await exportOnnx(fetched, to, weights);
        if (given.json) return sayJson(done);
        for (const line of linesOf(done)) say(line);
        return;
      }
      const done = await writeFolder(fetched, to);
      if (given.json) return sayJson(done);
      say(
        `Exported ${done.model}, ${done.values} values in ${bytes(done.bytes)}, to ${done.files.join(' and ')}`,
      );
    });

  versionCommands(models);
}

interface ExportOptions extends RemoteOptions {
  readonly as: 'tfjs' | 'onnx';
  readonly int8?: boolean;
  readonly float16?: boolean;
}

/** What operators have called the versions of a task. */
async function aliasesOf(given: RemoteOptions, task: string): Promise<ReadonlyMap<string, string>> {
  const path = `/tasks/${encodeURIComponent(task)}/versions?limit=1`;
  const { serving } = await new AdminClient(given).get(path, versions);
  return new Map(serving.aliases.map(({ alias, model }) => [alias, model]));
}

/** Whether devices serve a version, and whether an operator has pinned it; null where they don't. */
function servedAs({ number }: ShownModel, serves: ShownTask['serves']): 'yes' | 'pinned' | null {
  if (number !== serves.number) return null;
  return serves.isPinned ? 'pinned' : 'yes';
}
