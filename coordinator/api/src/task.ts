import * as z from 'zod';
import { taskName } from './scalars.ts';

/** File names of task modules, without a path. */
export const moduleFilePattern = /^[A-Za-z0-9_][\w.-]{0,120}\.(?:m?js|m?ts)$/;

const moduleFile = z
  .string()
  .regex(moduleFilePattern, 'expected the name of a file such as "churn.task.js"')
  .describe('Name of a file in the folder `tasksFolder` of the configuration, such as `churn.task.js`');

/** POST /v1/admin/tasks */
export const addTask = z.strictObject({ file: moduleFile });

/** Task that was added. */
export const taskAdded = z.object({ task: taskName, file: moduleFile });
export type TaskAdded = z.infer<typeof taskAdded>;

/** GET /v1/admin/task-modules */
export const taskModules = z.object({
  isOffered: z.boolean().describe('Whether the configuration names a folder from which tasks can be added'),
  files: z
    .array(
      z.object({
        file: moduleFile,
        task: taskName.nullable().describe('The task that was added from it; null: none yet'),
      }),
    )
    .describe('The modules in that folder, by name'),
});
export type TaskModules = z.infer<typeof taskModules>;
