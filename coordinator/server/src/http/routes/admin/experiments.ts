import { experiment, experiments, newExperiment, promoteArm } from '@murmuration/api/experiment';
import { taskName } from '@murmuration/api/scalars';
import type { Experiments } from '@murmuration/lifecycle/experiments/experiments';
import { experimentMessage } from '@murmuration/lifecycle/experiments/messages';
import type { TaskName } from '@murmuration/protocol/ids/ids';
import type { Operators } from '@murmuration/rounds/operators/operators';
import * as z from 'zod';
import type { App } from '../../app.ts';
import { problem } from '../../problem.ts';
import { operatorOf } from './scope.ts';

const params = z.object({ task: taskName });
const named = params.extend({ name: z.string().min(1).max(40) });

/** Adds the routes of experiments on a task's versions: their state, their results, and how they end. */
export function experimentRoutes(scope: App, operators: Operators, all: Experiments): void {
  const shown = async (task: TaskName, name: string) => {
    const found = await all.find(task, name);
    return experimentMessage(found.experiment, found.tally);
  };

  scope.get(
    '/tasks/:task/experiments',
    {
      config: { least: 'viewer' },
      schema: {
        summary: 'Experiments on the versions of a task, newest first',
        params,
        response: { 200: experiments, 404: problem },
      },
    },
    async ({ params: { task } }) => {
      const found = await all.list(task as TaskName);
      return { experiments: found.map(each => experimentMessage(each.experiment, each.tally)) };
    },
  );

  scope.get(
    '/tasks/:task/experiments/:name',
    {
      config: { least: 'viewer' },
      schema: {
        summary: 'One experiment, and what it says so far',
        params: named,
        response: { 200: experiment, 404: problem },
      },
    },
    ({ params: { task, name } }) => shown(task as TaskName, name),
  );

  scope.post(
    '/tasks/:task/experiments',
    {
      config: { least: 'operator' },
      schema: {
        summary: 'Begin an experiment; one whose split could not be kept to is refused',
        params,
        body: newExperiment,
        response: { 200: experiment, 400: problem, 404: problem },
      },
    },
    async request => {
      const operator = operatorOf(request);
      const task = request.params.task as TaskName;
      const { name } = request.body;
      await operators.audited(operator, 'experiment.start', `${task}/${name}`, () =>
        all.create(task, request.body, operator.name),
      );
      return shown(task, name);
    },
  );

  scope.post(
    '/tasks/:task/experiments/:name/stop',
    {
      config: { least: 'operator' },
      schema: {
        summary: 'End an experiment: everybody gets the champion again',
        params: named,
        response: { 200: experiment, 404: problem, 409: problem },
      },
    },
    async request => {
      const operator = operatorOf(request);
      const { name } = request.params;
      const task = request.params.task as TaskName;
      await operators.audited(operator, 'experiment.stop', `${task}/${name}`, () =>
        all.stop(task, name, operator.name),
      );
      return shown(task, name);
    },
  );

  scope.post(
    '/tasks/:task/experiments/:name/promote',
    {
      config: { least: 'operator' },
      schema: {
        summary: 'End an experiment, and pin the version of one of its arms for everybody',
        params: named,
        body: promoteArm,
        response: { 200: experiment, 400: problem, 404: problem, 409: problem },
      },
    },
    async request => {
      const operator = operatorOf(request);
      const { name } = request.params;
      const task = request.params.task as TaskName;
      const { arm } = request.body;
      await operators.audited(operator, 'experiment.promote', `${task}/${name} ${arm}`, () =>
        all.promote(task, name, arm, operator.name),
      );
      return shown(task, name);
    },
  );
}
