import type { ModelHash, TaskName } from '@murmuration/protocol/ids/ids';
import type { Metrics } from '../evaluation/metrics.ts';

/** Firing of a trigger. */
export interface Firing {
  /** Kind of the trigger; `by-hand` is a request of an operator. */
  readonly trigger:
    | 'cron'
    | 'drift'
    | 'accuracy-below'
    | 'accuracy-fell'
    | 'new-examples'
    | 'webhook'
    | 'by-hand';
  /** Reason in one sentence, with its figures. */
  readonly reason: string;
  readonly figures: Readonly<Record<string, number | string>>;
  /** ms since 1970. */
  readonly at: number;
}

/** Rule that kept a trigger from beginning a run. */
export type Restraint = 'run-open' | 'cooldown' | 'runs' | 'quiet-hours';

/**
 * Record of a trigger's firing. Further firings that are suppressed for the same cause are counted in the
 * same record.
 */
export interface FiringRecord {
  readonly task: TaskName;
  /** Number of the record, from 1 in each task. */
  readonly number: number;
  /** Newest firing. */
  readonly firing: Firing;
  /** Number of firings, and time of the first, ms since 1970. */
  readonly count: number;
  readonly since: number;
  /** Outcome; `waits` begins a run when the quiet hours end. */
  readonly outcome: 'began' | 'waits' | 'suppressed';
  /** Rule that suppressed the firing; null if it began a run. */
  readonly by: Restraint | null;
  /** Time until which the rule holds, ms since 1970; null if no time ends it. */
  readonly until: number | null;
  /** Id of the run that it began, or that was open. */
  readonly run: string | null;
}

/** Cause of a run's end: a rule of the task, the privacy budget, failed rounds, or an operator. */
export type RunEnd =
  | 'rounds'
  | 'plateau'
  | 'target'
  | 'time'
  | 'privacy'
  | 'failures'
  | 'unmeasured'
  | 'stopped';

/** Training run: the rounds of a task from a trigger to a stopping rule. */
export interface TrainingRun {
  /** Id: 16 random bytes, base64url. */
  readonly id: string;
  readonly task: TaskName;
  /** Number of the run, from 1 in each task. */
  readonly number: number;
  readonly why: Firing;
  /** ms since 1970. */
  readonly startedAt: number;
  /** Time of its end, ms since 1970; null while it is open. */
  readonly endedAt: number | null;
  /** Cause of its end; null while it is open. */
  readonly ending: { readonly reason: RunEnd; readonly text: string } | null;
  /** Rounds that made a version, and rounds that failed. */
  readonly rounds: number;
  readonly failed: number;
  /** Held-out metrics of its newest version; null without a version or a measurement. */
  readonly metrics: Metrics | null;
  /**
   * Newest version that it made; null if there is none yet, left out of runs stored before the field
   * existed.
   */
  readonly model?: ModelHash | null | undefined;
}
