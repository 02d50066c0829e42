import type { Alert } from '@murmuration/rounds/events/alert';

/** Problem found by a rule; it lasts as long as each look finds the same key. */
export interface Finding extends Omit<Alert, 'id' | 'resolvedAt'> {
  /** Unique key: the rule, the task, and any further distinction. */
  readonly key: string;
}
