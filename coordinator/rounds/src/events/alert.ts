import type { AlertRule, Severity } from '@murmuration/api/alert';
import type { TaskName } from '@murmuration/protocol/ids/ids';

/** Problem that an operator should look at. */
export interface Alert {
  /** Id from the first notice of the alert to its end, also over a restart if the storage is durable. */
  readonly id: string;
  readonly rule: AlertRule;
  readonly severity: Severity;
  /** Task of the alert; null for the whole coordinator. */
  readonly task: TaskName | null;
  /** Problem in one sentence, with its figures. */
  readonly summary: string;
  /** Advice in one sentence. */
  readonly advice: string;
  /** Page of the dashboard that shows it: path and fragment. */
  readonly page: string;
  /** ms since 1970. */
  readonly since: number;
  /** Time of its end, ms since 1970; null while it lasts. */
  readonly resolvedAt: number | null;
}
