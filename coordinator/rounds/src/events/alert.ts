import type { AlertRule, Severity } from '@murmuration/api/alert';
import type { TaskName } from '@murmuration/protocol/ids/ids';

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
