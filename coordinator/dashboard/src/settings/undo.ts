import type { FieldChange } from '@murmuration/api/audit';
import { addressOf } from '../context/routes.ts';

/** Address of the review that takes back a change, by the number of its entry in the audit log. */
export const undoOf = (task: string, number: number): string =>
  `${addressOf({ page: 'task', task })}?undo=${number}`;

/** Settings in the coordinator's format that take changes back. */
export function takenBack(changes: readonly FieldChange[]): Record<string, unknown> {
  const settings: Record<string, unknown> = {};
  for (const { field, from } of changes) {
    const [section = '', name] = field.split('.');
    const others = settings[section];
    // Masking that was off has no fields; those that it got are listed as well.
    if (name === undefined && from !== null) settings[section] = from;
    else if (name !== undefined && typeof others !== 'string')
      settings[section] = { ...(others as object | undefined), [name]: from };
  }
  return settings;
}
