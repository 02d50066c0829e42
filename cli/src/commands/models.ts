import type { Command } from 'commander';
import { wholeNumber } from '../arguments/numbers.ts';
import { type RemoteOptions, remoteOptions } from '../arguments/remote-options.ts';
import { exportModel } from '../client/model-export.ts';
import type { Range } from '../client/pages.ts';
import { PublicClient, type ShownModel, type ShownTask } from '../client/public-client.ts';
import { bytes, figures } from '../output/figures.ts';
import { say, sayJson, sayTable } from '../output/output.ts';
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
      .description('write the files of a version to a folder, after checking their hashes'),
  )
    .argument('<model>', 'its hash, TASK for the newest version of a task, or TASK@NUMBER')
    .argument('<folder>', 'the folder; it is created if it does not exist')
    .action(async (model: string, folder: string, given: RemoteOptions) => {
      const done = await exportModel(new PublicClient(given), model, folder);
      if (given.json) return sayJson(done);
      say(
        `Exported ${done.model}, ${done.values} values in ${bytes(done.bytes)}, to ${done.files.join(' and ')}`,
      );
    });

  versionCommands(models);
}

/** Whether devices serve a version, and whether an operator has pinned it; null where they don't. */
function servedAs({ number }: ShownModel, serves: ShownTask['serves']): 'yes' | 'pinned' | null {
  if (number !== serves.number) return null;
  return serves.isPinned ? 'pinned' : 'yes';
}
