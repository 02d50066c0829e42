import type { Alert } from '@murmuration/rounds/events/alert';

/** What a rule finds wrong; it lasts for as long as each look finds the same key. */
export interface Finding extends Omit<Alert, 'id' | 'resolvedAt'> {
  /** Rule, task, and what else tells it from others. */
  readonly key: string;
}
