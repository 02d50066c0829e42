import { readFile } from 'node:fs/promises';
import { settingsChanged, taskSettings } from '@murmuration/api/settings';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { Command } from 'commander';
import * as z from 'zod';
import { wholeNumber } from '../arguments/numbers.ts';
import { operatorOptions, type RemoteOptions } from '../arguments/remote-options.ts';
import { AdminClient } from '../client/admin-client.ts';
import { note, say, sayJson, sayTable } from '../output/output.ts';

interface ApplyOptions extends RemoteOptions {
  readonly dryRun?: boolean;
  readonly ifPlanVersion?: number;
}

/** Settings file: the name of a task, and the sections of its settings that change. */
const file = z.looseObject({ task: z.string().min(1) });

/**
 * Adds `murmuration tasks settings|apply`: the settings of a task that operators may change without a
 * restart.
 */
export function settingsCommands(tasks: Command): void {
  operatorOptions(
    tasks
      .command('settings')
      .description('print the settings of a task as JSON, as `apply` takes them')
      .argument('<task>', 'its name'),
  ).action(async (task: string, given: RemoteOptions) => {
    const path = `/tasks/${encodeURIComponent(task)}/settings`;
    const { settings } = await new AdminClient(given).get(path, taskSettings);
    sayJson({ task, ...settings });
  });

  operatorOptions(
    tasks
      .command('apply')
      .description('change the settings of a task from the next round on, as a new version of its plan')
      .argument(
        '<file>',
        'JSON, for example {"task": "keyboard", "cohort": {"goal": 50}}; other settings stay as they are',
      )
      .option('--dry-run', 'only check the settings, and change nothing')
      .option('--if-plan-version <number>', 'apply only if the plan still has this version', wholeNumber),
  ).action(async (name: string, given: ApplyOptions) => {
    const { task, ...settings } = await read(name);
    const { dryRun, ifPlanVersion } = given;
    const path = `/tasks/${encodeURIComponent(task)}/settings`;
    const answer = await new AdminClient(given).put(
      path,
      { settings, dryRun, ifPlanVersion },
      settingsChanged,
    );
    if (given.json) return sayJson(answer);
    const { changes, applied } = answer;
    if (changes.length === 0) return say(`The settings of ${task} are already like that.`);
    sayTable(
      ['setting', 'before', 'after'],
      changes.map(({ field, from, to }) => [field, JSON.stringify(from), JSON.stringify(to)]),
    );
    for (const { field, means } of answer.weakens)
      note(
        `This protects devices less: ${field} ${means}. Only an admin can do it, and it raises a critical alert until it is undone.`,
      );
    const { planVersion, inForce } = answer.task;
    if (!applied)
      return say(`\nThe settings are valid. They would become version ${planVersion} of the plan.`);
    say(`\nVersion ${planVersion} of the plan of ${task}, ${inForce ? 'now' : 'from the next round on'}.`);
  });
}

/** Reads a settings file. Throws `config.invalid`. */
async function read(name: string): Promise<z.output<typeof file>> {
  let value: unknown;
  try {
    value = JSON.parse(await readFile(name, 'utf8'));
  } catch (cause) {
    throw new MurmurationError(
      'config.invalid',
      `${name} can't be read as JSON: ${(cause as Error).message}`,
      {
        cause,
      },
    );
  }
  const parsed = file.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new MurmurationError(
    'config.invalid',
    `${name} does not hold the settings of a task; expected for example {"task": "keyboard", "cohort": {"goal": 50}}.`,
  );
}
