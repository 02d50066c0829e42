import type { AuditAction } from '@murmuration/api/audit';
import { text } from '@murmuration/api/scalars';
import { type TaskName, taskNamePattern } from '@murmuration/protocol/ids/ids';
import { isoOrNull } from '@murmuration/protocol/time/iso';
import type { Operators } from '@murmuration/rounds/operators/operators';
import type { RoundControl } from '@murmuration/rounds/rounds/round-control';
import * as z from 'zod';
import type { App } from '../../app.ts';
import { problem } from '../../problem.ts';
import { instant } from './schemas.ts';
import { operatorOf } from './scope.ts';

const task = z.object({
  task: z.string(),
  isPaused: z.boolean(),
  round: z
    .object({ number: z.int(), phase: z.string() })
    .nullable()
    .describe('The one under way, or the last one'),
  nextRoundAt: instant
    .nullable()
    .describe('At the earliest; null while the task is paused, or between its training runs'),
  waiting: z.int().describe('Devices that wait for an assignment'),
});

const params = z.object({ task: z.string().regex(taskNamePattern) });
const done = z.object({ task: z.string() });

/** Adds the routes with which operators control the rounds of tasks. */
export function roundControlRoutes(scope: App, operators: Operators, control: RoundControl): void {
  scope.get(
    '/tasks',
    {
      config: { least: 'viewer' },
      schema: { summary: 'Where the tasks stand', response: { 200: z.object({ tasks: z.array(task) }) } },
    },
    () => ({
      tasks: control.tasks.map(({ task: { name }, newest, isPaused, isBetweenRuns, nextAt, waiting }) => ({
        task: name,
        isPaused,
        round: newest ? { number: newest.terms.number, phase: newest.state.phase } : null,
        nextRoundAt: isPaused || isBetweenRuns ? null : isoOrNull(nextAt),
        waiting,
      })),
    }),
  );

  const command = (
    path: string,
    summary: string,
    action: AuditAction,
    work: (name: TaskName, reason: string, by: string) => Promise<void>,
  ) =>
    scope.post(
      `/tasks/:task/${path}`,
      {
        config: { least: 'operator' },
        schema: {
          summary,
          params,
          body: z.strictObject({ reason: text(200).optional() }).nullish(),
          response: { 200: done, 404: problem, 409: problem },
        },
      },
      async request => {
        const operator = operatorOf(request);
        const name = request.params.task as TaskName;
        await operators.audited(operator, action, name, () =>
          work(name, request.body?.reason ?? '', operator.name),
        );
        return { task: name };
      },
    );

  command('pause', 'Begin no more rounds; the one under way goes on', 'task.pause', name =>
    control.pause(name),
  );
  command('resume', 'Begin rounds on schedule again', 'task.resume', name => control.unpause(name));
  command('abort-round', 'End the round under way as failed', 'round.abort', (name, reason) =>
    control.abort(name, `An operator ended the round${reason === '' ? '' : `: ${reason}`}.`),
  );
  command('start-round', 'Begin a round now, whether or not the task is paused', 'round.start', name =>
    control.begin(name),
  );
}
