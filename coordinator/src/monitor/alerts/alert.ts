import type { TaskName } from '@murmuration/protocol/ids';
import type { AlertRule, Severity } from '../../http/messages/alert.ts';

/** Something that an operator should look at. */
export interface Alert {
  /** The same from the first notice to the one that it is over, over a restart as well where the storage is durable. */
  readonly id: string;
  readonly rule: AlertRule;
  readonly severity: Severity;
  /** null: of the whole coordinator. */
  readonly task: TaskName | null;
  /** One sentence: what is wrong, with its figures. */
  readonly summary: string;
  /** One sentence: what to do. */
  readonly advice: string;
  /** Where the dashboard shows it: path and fragment. */
  readonly page: string;
  /** ms since 1970. */
  readonly since: number;
  /** ms since 1970; null while it lasts. */
  readonly resolvedAt: number | null;
}

/** What a rule finds wrong; it lasts for as long as each look finds the same key. */
export interface Finding extends Omit<Alert, 'id' | 'resolvedAt'> {
  /** Rule, task, and what else tells it from others. */
  readonly key: string;
}
