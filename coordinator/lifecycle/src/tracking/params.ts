import type { Task } from '@murmuration/rounds/task/task';
import type { Tags } from './operations.ts';

/** Returns the settings of a task as parameters, by paths such as `cohort.goal`. */
export function paramsOf(task: Task): Tags {
  const { planVersion, training, update, masking, privacy, groups, cohort, interval, strategy } = task;
  const params: Record<string, string> = { strategy: strategy.name, plan: String(planVersion) };
  flatten({ training, update, masking, privacy, groups, cohort, interval }, '', params);
  return params;
}

function flatten(value: unknown, path: string, into: Record<string, string>): void {
  if (value === undefined || typeof value === 'function') return;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    into[path] = typeof value === 'string' ? value : JSON.stringify(value);
    return;
  }
  for (const [key, part] of Object.entries(value)) flatten(part, path === '' ? key : `${path}.${key}`, into);
}
