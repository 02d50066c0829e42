import { serving } from '@murmuration/api/version';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { Command } from 'commander';
import { operatorOptions, type RemoteOptions } from '../arguments/remote-options.ts';
import { AdminClient } from '../client/admin-client.ts';
import { say, sayJson } from '../output/output.ts';

/** `murmuration models promote|rollback`: which version devices serve, and which the next round trains from. */
export function versionCommands(models: Command): void {
  operatorOptions(
    models
      .command('promote')
      .description(
        'let devices serve a version until another is named; TASK alone: the newest one, whichever it is',
      )
      .argument('<version>', 'TASK@NUMBER, or TASK'),
  )
    .option('--alias <name>', 'give the version another name than that of what devices serve', 'champion')
    .action(async (version: string, given: RemoteOptions & { readonly alias: string }) => {
      const { task, number } = named(version);
      const path = `/tasks/${encodeURIComponent(task)}/aliases/${encodeURIComponent(given.alias)}`;
      const answer = await new AdminClient(given).put(path, { number: number ?? null }, serving);
      if (given.json) return sayJson(answer);
      const { champion, aliases } = answer;
      const set = aliases.find(({ alias }) => alias === given.alias);
      if (given.alias !== 'champion')
        return say(
          set
            ? `${given.alias} of ${task} is version ${set.number}.`
            : `${task} has no ${given.alias} any more.`,
        );
      say(
        champion.isPinned
          ? `Devices serve version ${champion.number} of ${task}.`
          : `Devices serve the newest version of ${task}, which is ${champion.number}.`,
      );
    });

  operatorOptions(
    models
      .command('rollback')
      .description(
        'let devices serve an older version, and the next round train from it; the round under way is ended. TASK alone: the version before the one that they serve',
      )
      .argument('<version>', 'TASK@NUMBER, or TASK'),
  ).action(async (version: string, given: RemoteOptions) => {
    const { task, number } = named(version);
    const path = `/tasks/${encodeURIComponent(task)}/rollback`;
    const answer = await new AdminClient(given).post(path, number === undefined ? {} : { number }, serving);
    if (given.json) return sayJson(answer);
    say(
      `Devices serve version ${answer.champion.number} of ${task}, and the next round trains from it. Once a better one is there: murmuration models promote ${task}`,
    );
  });
}

/** Throws `config.invalid` where it is neither TASK nor TASK@NUMBER. */
function named(text: string): { readonly task: string; readonly number: number | undefined } {
  const [, task, number] = /^([^@]+)(?:@(\d{1,9}))?$/.exec(text) ?? [];
  if (task === undefined)
    throw new MurmurationError(
      'config.invalid',
      `"${text}" names no version; expected TASK@NUMBER, or TASK.`,
    );
  return { task, number: number === undefined ? undefined : Number(number) };
}
