import type { ModelHash, TaskName } from '@murmuration/protocol/ids/ids';
import type { Metrics } from '../evaluation/metrics.ts';

/** Why training is due. */
export interface Firing {
  /** `by-hand`: an operator asked for it. */
  readonly trigger:
    | 'cron'
    | 'drift'
    | 'accuracy-below'
    | 'accuracy-fell'
    | 'new-examples'
    | 'webhook'
    | 'by-hand';
  /** One sentence with its figures. */
  readonly reason: string;
  readonly figures: Readonly<Record<string, number | string>>;
  /** ms since 1970. */
  readonly at: number;
}

/** What kept a trigger from beginning a run. */
export type Restraint = 'run-open' | 'cooldown' | 'runs' | 'quiet-hours';

/** What became of a trigger that fired. The same one that fires again, and is suppressed for the same cause, is counted in one record. */
export interface FiringRecord {
  readonly task: TaskName;
  /** Records of a task count from 1. */
  readonly number: number;
  /** The newest. */
  readonly firing: Firing;
  /** How often it fired, and when it did first, ms since 1970. */
  readonly count: number;
  readonly since: number;
  /** `waits`: a run begins when the quiet hours are over. */
  readonly outcome: 'began' | 'waits' | 'suppressed';
  /** null where it began a run. */
  readonly by: Restraint | null;
  /** Until when that held, ms since 1970; null where no time ends it. */
  readonly until: number | null;
  /** The run that it began, or that was open. */
  readonly run: string | null;
}

/** What ended a run: a rule of the task, the privacy budget, rounds that failed, or an operator. */
export type RunEnd =
  | 'rounds'
  | 'plateau'
  | 'target'
  | 'time'
  | 'privacy'
  | 'failures'
  | 'unmeasured'
  | 'stopped';

/** The rounds of a task from a trigger until its stopping rule. */
export interface TrainingRun {
  /** 16 random bytes, base64url. */
  readonly id: string;
  readonly task: TaskName;
  /** Runs of a task count from 1. */
  readonly number: number;
  readonly why: Firing;
  /** ms since 1970. */
  readonly startedAt: number;
  /** null while it is open. */
  readonly endedAt: number | null;
  /** Why it ended; null while it is open. */
  readonly ending: { readonly reason: RunEnd; readonly text: string } | null;
  /** Rounds that made a version, and that failed. */
  readonly rounds: number;
  readonly failed: number;
  /** Held-out metrics of its newest version; null where there is none, or nothing measured it. */
  readonly metrics: Metrics | null;
  /** The newest version that it made; null where there is none yet, left out of runs that were kept before it was written down. */
  readonly model?: ModelHash | null | undefined;
}
