import type { FieldChange } from '@murmuration/api/audit';
import { includes } from '@murmuration/api/role';
import { taskName } from '@murmuration/api/scalars';
import { changeSettings, settingsChanged, taskSettings } from '@murmuration/api/settings';
import type { TaskName } from '@murmuration/protocol/ids/ids';
import type { Operators } from '@murmuration/rounds/operators/operators';
import type { SettingsManager } from '@murmuration/rounds/task/settings-manager';
import * as z from 'zod';
import type { App } from '../../app.ts';
import { problem } from '../../problem.ts';
import { operatorOf } from './scope.ts';

const params = z.object({ task: taskName });

/** Adds the routes of task settings, which change without a restart. */
export function settingsRoutes(scope: App, operators: Operators, settings: SettingsManager): void {
  scope.get(
    '/tasks/:task/settings',
    {
      config: { least: 'viewer' },
      schema: { summary: 'Settings of a task', params, response: { 200: taskSettings, 404: problem } },
    },
    ({ params: { task } }) => settings.of(task as TaskName),
  );

  scope.put(
    '/tasks/:task/settings',
    {
      config: { least: 'operator' },
      schema: {
        summary:
          'Change settings from the next round on, as a new version of the plan; or only check a change. What protects devices less than the definition takes an admin',
        params,
        body: changeSettings,
        response: { 200: settingsChanged, 404: problem, 409: problem, 422: problem },
      },
    },
    async request => {
      const operator = operatorOf(request);
      const task = request.params.task as TaskName;
      let changed: readonly FieldChange[] | null = null;
      const by = { name: operator.name, mayWeaken: includes(operator.role, 'admin') };
      const change = () =>
        settings.change(task, request.body, by, changes => {
          changed = changes;
        });
      // A dry run changes nothing, so the audit log has no entry.
      return request.body.dryRun
        ? change()
        : operators.audited(operator, 'task.settings', task, change, () => changed);
    },
  );
}
