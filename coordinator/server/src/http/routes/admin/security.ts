import { taskName } from '@murmuration/api/scalars';
import { hoursQuery, masking, refusals } from '@murmuration/api/security';
import { type ErrorCode, errors, isRetryable } from '@murmuration/protocol/errors/errors';
import { iso } from '@murmuration/protocol/time/iso';
import type { AllRounds } from '@murmuration/rounds/rounds/all-tasks';
import { knownTask } from '@murmuration/rounds/task/known-task';
import * as z from 'zod';
import type { HourlyCounter } from '../../../telemetry/hourly-counter.ts';
import type { App } from '../../app.ts';
import { problem } from '../../problem.ts';
import { maskingInForce } from './protection-in-force.ts';

/** Adds the routes about the protection of devices, and about refusals. */
export function securityRoutes(scope: App, tasks: AllRounds, hourly: HourlyCounter): void {
  scope.get(
    '/tasks/:task/masking',
    {
      config: { least: 'viewer' },
      schema: {
        summary: 'The masking parameters in force, and what they guarantee',
        params: z.object({ task: taskName }),
        response: { 200: masking, 404: problem },
      },
    },
    ({ params: { task } }) => maskingInForce(knownTask(tasks.get(task), task).task),
  );

  scope.get(
    '/refusals',
    {
      config: { least: 'viewer' },
      schema: {
        summary: 'Messages, uploads and requests that were refused, by code',
        querystring: hoursQuery,
        response: { 200: refusals },
      },
    },
    async ({ query: { hours } }) => {
      const codes = new Map<string, { count: number; lastAt: number }>();
      for (const { name, count, hour } of await hourly.last('refusals', hours))
        codes.set(name, { count: count + (codes.get(name)?.count ?? 0), lastAt: hour });
      return {
        since: iso(hourly.firstOf(hours)),
        codes: [...codes]
          .filter(([code]) => code in errors)
          .sort(([, a], [, b]) => b.count - a.count)
          .map(([code, { count, lastAt }]) => ({
            code,
            meaning: errors[code as ErrorCode],
            retryable: isRetryable(code),
            count,
            lastAt: iso(lastAt),
          })),
      };
    },
  );
}
