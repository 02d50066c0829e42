import { addTask, taskAdded, taskModules } from '@murmuration/api/task';
import type { Operators } from '@murmuration/rounds/operators/operators';
import type { TaskAdder } from '@murmuration/rounds/task/task-adder';
import type { App } from '../../app.ts';
import { problem } from '../../problem.ts';
import { operatorOf } from './scope.ts';

/** Adds the routes with which admins add tasks without a restart. */
export function taskModuleRoutes(scope: App, operators: Operators, taskAdder: TaskAdder): void {
  scope.get(
    '/task-modules',
    {
      config: { least: 'admin' },
      schema: {
        summary: "The task modules in the configuration's folder, from which tasks can be added",
        response: { 200: taskModules },
      },
    },
    () => taskAdder.list(),
  );

  scope.post(
    '/tasks',
    {
      config: { least: 'admin' },
      schema: {
        summary: "Add the task of a module in the configuration's folder; it is there again after a restart",
        body: addTask,
        response: { 201: taskAdded, 404: problem, 409: problem, 422: problem },
      },
    },
    async (request, reply) => {
      const operator = operatorOf(request);
      const { file } = request.body;
      const added = await operators.audited(operator, 'task.add', file, () =>
        taskAdder.add(file, operator.name),
      );
      return reply.status(201).send(added);
    },
  );
}
