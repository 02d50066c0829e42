import { taskAdded } from '@murmuration/api/task';
import type { Command } from 'commander';
import * as z from 'zod';
import { operatorOptions, type RemoteOptions } from '../arguments/remote-options.ts';
import { AdminClient } from '../client/admin-client.ts';
import { say, sayJson, sayTable } from '../output/output.ts';
import { settingsCommands } from './settings.ts';

const state = z.object({
  tasks: z.array(
    z.object({
      task: z.string(),
      isPaused: z.boolean(),
      round: z.object({ number: z.int(), phase: z.string() }).nullable(),
      nextRoundAt: z.string().nullable(),
      waiting: z.int(),
    }),
  ),
});

const done = z.object({ task: z.string() });

/**
 * Adds `murmuration tasks show|pause|resume|abort|start|add|settings|apply`: the rounds of a running
 * coordinator.
 */
export function taskCommands(program: Command): void {
  const tasks = program.command('tasks').description('the tasks of a running coordinator, and their rounds');

  operatorOptions(
    tasks.command('show', { isDefault: true }).alias('list').description('list the tasks and their state'),
  ).action(async (given: RemoteOptions) => {
    const { tasks: all } = await new AdminClient(given).get('/tasks', state);
    if (given.json) return sayJson(all);
    sayTable(
      ['task', 'state', 'round', 'phase', 'next round', 'waiting devices'],
      all.map(({ task, isPaused, round, nextRoundAt, waiting }) => [
        task,
        isPaused ? 'paused' : 'running',
        round?.number ?? null,
        round?.phase ?? null,
        nextRoundAt,
        waiting,
      ]),
    );
  });

  const steer = (name: string, route: string, description: string, said: (task: string) => string) =>
    operatorOptions(tasks.command(name).description(description))
      .argument('<task>', 'its name')
      .option('--reason <text>', 'the reason, which the record of the round keeps')
      .action(async (task: string, given: RemoteOptions & { readonly reason?: string }) => {
        const path = `/tasks/${encodeURIComponent(task)}/${route}`;
        const { reason } = given;
        const answer = await new AdminClient(given).post(path, reason === undefined ? {} : { reason }, done);
        if (given.json) return sayJson(answer);
        say(said(task));
      });

  steer('pause', 'pause', 'start no more rounds; the current round goes on', task => `${task} is paused.`);
  steer('resume', 'resume', 'start rounds on schedule again', task => `${task} is resumed.`);
  steer('abort', 'abort-round', 'end the current round as failed', task => `The round of ${task} has ended.`);
  steer(
    'start',
    'start-round',
    'start a round now, even if the task is paused',
    task => `A round of ${task} starts.`,
  );

  operatorOptions(
    tasks
      .command('add')
      .description("add the task of a module in the folder tasksFolder of the coordinator's configuration"),
  )
    .argument('<file>', 'name of the file, without a path')
    .action(async (file: string, given: RemoteOptions) => {
      const answer = await new AdminClient(given).post('/tasks', { file }, taskAdded);
      if (given.json) return sayJson(answer);
      say(`${answer.task} is added, and stays after a restart. Its rounds begin on schedule.`);
    });

  settingsCommands(tasks);
}
