import { pace } from '@murmuration/api/device';
import { taskName } from '@murmuration/api/scalars';
import type { ActivePopulation } from '@murmuration/rounds/population/active-population';
import { comeBackBetween } from '@murmuration/rounds/population/pacing';
import type { AllRounds } from '@murmuration/rounds/rounds/all-tasks';
import { knownTask } from '@murmuration/rounds/task/known-task';
import { devicesAtOnce, turnoverOf } from '@murmuration/rounds/task/task';
import * as z from 'zod';
import type { App } from '../../app.ts';
import { problem } from '../../problem.ts';

/** Adds the routes about when devices that are not chosen are asked to come back. */
export function paceRoutes(
  scope: App,
  tasks: AllRounds,
  activePopulation: Pick<ActivePopulation, 'of'>,
): void {
  scope.get(
    '/tasks/:task/pace',
    {
      config: { least: 'viewer' },
      schema: {
        summary: 'When devices that are not chosen are asked to come back',
        params: z.object({ task: taskName }),
        response: { 200: pace, 404: problem },
      },
    },
    ({ params }) => {
      const { task, untilNextRound } = knownTask(tasks.get(params.task), params.task);
      const shown = {
        interval: turnoverOf(task),
        cohortSize: devicesAtOnce(task),
        ...activePopulation.of(task),
      };
      return { ...shown, comeBack: comeBackBetween({ ...shown, untilNextRound }) };
    },
  );
}
