import { serving } from '@murmuration/api/version';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { Command } from 'commander';
import { wholeNumber } from '../arguments/numbers.ts';
import { operatorOptions, type RemoteOptions } from '../arguments/remote-options.ts';
import { AdminClient } from '../client/admin-client.ts';
import { say, sayJson } from '../output/output.ts';

/**
 * Adds `murmuration models promote|rollback`, which set the version that devices serve, and the one that the
 * next round trains from.
 */
export function versionCommands(models: Command): void {
  operatorOptions(
    models
      .command('promote')
      .description(
        'pin the version that devices serve; with only TASK devices follow the newest version again, or the gate of the task',
      )
      .argument('<version>', 'TASK@NUMBER, or TASK'),
  )
    .option('--alias <name>', 'the alias to give to the version; devices serve `champion`', 'champion')
    .action(async (version: string, given: RemoteOptions & { readonly alias: string }) => {
      const { task, number } = namedVersion(version);
      const path = `/tasks/${encodeURIComponent(task)}/aliases/${encodeURIComponent(given.alias)}`;
      const answer = await new AdminClient(given).put(path, { number: number ?? null }, serving);
      if (given.json) return sayJson(answer);
      const { champion, aliases } = answer;
      const set = aliases.find(({ alias }) => alias === given.alias);
      if (given.alias !== 'champion')
        return say(
          set
            ? `The alias ${given.alias} of ${task} names version ${set.number}.`
            : `${task} no longer has the alias ${given.alias}.`,
        );
      const follows = answer.isGated
        ? `Devices serve version ${champion.number} of ${task}, until a newer one passes its gate.`
        : `Devices serve the newest version of ${task}, now ${champion.number}.`;
      say(
        champion.isPinned
          ? `Devices serve version ${champion.number} of ${task}. It is pinned: they keep it until you promote another version.`
          : follows,
      );
    });

  operatorOptions(
    models
      .command('rollback')
      .description(
        'pin an older version: devices serve it, the next round trains from it, and the current round ends. With only TASK: the version before the one that devices serve',
      )
      .argument('<version>', 'TASK@NUMBER, or TASK')
      .option(
        '--from <number>',
        'the version that you take back; nothing changes where devices serve another one by now',
        wholeNumber,
      ),
  ).action(async (version: string, given: RemoteOptions & { readonly from?: number }) => {
    const { task, number } = namedVersion(version);
    const path = `/tasks/${encodeURIComponent(task)}/rollback`;
    const { from } = given;
    const wish = { ...(number !== undefined && { number }), ...(from !== undefined && { from }) };
    const answer = await new AdminClient(given).post(path, wish, serving);
    if (given.json) return sayJson(answer);
    say(
      `Devices serve version ${answer.champion.number} of ${task}, and the next round trains from it. The version is pinned: devices keep it, whatever later rounds make. To let them follow the ${answer.isGated ? 'gate' : 'newest version'} again, run: murmuration models promote ${task}`,
    );
  });
}

/** Parses TASK or TASK@NUMBER. Throws `config.invalid` for anything else. */
export function namedVersion(text: string): { readonly task: string; readonly number: number | undefined } {
  const [, task, number] = /^([^@]+)(?:@(\d{1,9}))?$/.exec(text) ?? [];
  if (task === undefined)
    throw new MurmurationError('config.invalid', `"${text}" is not a version; write TASK@NUMBER or TASK.`);
  return { task, number: number === undefined ? undefined : Number(number) };
}
