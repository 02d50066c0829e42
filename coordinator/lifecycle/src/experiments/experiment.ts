import type { ExperimentTerms, experimentOutcomes } from '@murmuration/api/experiment';
import type { ArmSums } from '@murmuration/monitoring/experiments/arm-sums';
import type { KnownCovariates } from '@murmuration/monitoring/experiments/variance-reduction';
import type { ModelHash, TaskName } from '@murmuration/protocol/ids/ids';
import type { AuditEntry } from '@murmuration/rounds/operators/audit';
import type { KeyField } from '@murmuration/serving/experiments/experiment';

/** A version in an experiment. */
export interface ExperimentArm {
  readonly name: string;
  readonly number: number;
  readonly model: ModelHash;
  /** Of the keys that take part; those of all arms add up to 1. */
  readonly share: number;
}

export type ExperimentMetric = ExperimentTerms['metric'];

/** An experiment on the versions of a task. */
export interface Experiment {
  /** Unique over all tasks. */
  readonly id: string;
  readonly task: TaskName;
  readonly name: string;
  readonly kind: ExperimentTerms['kind'];
  readonly salt: string;
  /** Its part of the layer, from 0 to 1. The salt is that of all that run in it; left out by those that began when layers had none. */
  readonly layer: {
    readonly name: string;
    readonly salt?: string;
    readonly from: number;
    readonly to: number;
  };
  readonly key: KeyField;
  /** Where a request has what was known of its key before the experiment; null: nothing is adjusted by it. */
  readonly covariate: KeyField | null;
  /** The first one is the control; a mirror has its one arm. */
  readonly arms: readonly ExperimentArm[];
  readonly metric: ExperimentMetric;
  readonly alpha: number;
  readonly planned: number;
  readonly guards: NonNullable<ExperimentTerms['guards']>;
  /** Of a canary: shares of the new version, and for how long each, ms. */
  readonly steps: NonNullable<ExperimentTerms['steps']> | null;
  /** Which of them it is at, from 0 on, and since when, ms since 1970. */
  readonly step: number;
  readonly stepAt: number;
  readonly atLeast: number;
  readonly devices: boolean;
  /** Query of the task by which devices say what became of predictions, and by which only they are split; left out where requests are measured. */
  readonly query?: string;
  readonly createdAt: number;
  readonly createdBy: string;
  /** ms since 1970; null: when somebody ends it. */
  readonly endsAt: number | null;
  readonly endedAt: number | null;
  readonly outcome: (typeof experimentOutcomes)[number];
  readonly reason: string | null;
}

/** What is known of a key in an experiment: the arm in which it was first, and how its first request and its first outcome went. */
export interface ExperimentUnit {
  readonly unit: string;
  readonly arm: string;
  readonly failed: boolean;
  readonly ms: number;
  /** Right or wrong as 1 or 0, or how far a number was from what came; of a device that has answered 1; null: no outcome is known. */
  readonly value: number | null;
  /** What its first request said was known of it before the experiment; null: nothing. */
  readonly covariate: number | null;
}

/** What was counted of an arm besides its keys. */
export interface ArmCounts {
  readonly requests: number;
  readonly failures: number;
  readonly agreed: number;
  readonly dropped: number;
  /** What its keys said; left out where that is still to be added up from them. */
  readonly sums?: UnitSums;
  /** What its devices answered; left out where requests are measured. */
  readonly answers?: ArmAnswers;
}

/** What the keys of an arm said, each once. */
export interface UnitSums {
  readonly failed: ArmSums;
  readonly ms: ArmSums;
  readonly values: ArmSums;
  /** Of those that count for the metric of the experiment, those whose covariate is known. */
  readonly known: KnownCovariates;
}

/** What the devices of an arm said in masked sums, each once. */
export interface ArmAnswers extends ArmSums {
  /** Predictions that the sums are about, and those with the good outcome. */
  readonly predictions: number;
  readonly good: number;
  /** Rounds in which it was asked, those that showed nothing included. */
  readonly rounds: number;
  /** Devices that left such a round, or were lost, in which others answered. */
  readonly lost: number;
  /** Number of the newest of them; 0: there was none. */
  readonly until: number;
}

/** What an experiment has measured, but for its keys. */
export interface ExperimentCounts {
  readonly arms: Readonly<Record<string, ArmCounts>>;
  /** New keys of each arm since the last step, and the p-value of all steps so far that they fall as they should. */
  readonly ratio: { readonly units: readonly number[]; readonly p: number };
  /** What covariates are counted from; left out where none came. */
  readonly anchor?: number;
  /** Keys whose names are not before this one are forgotten, and counted no more: there were too many. Left out where there were not. */
  readonly before?: string;
}

/** Experiments, and what they have measured. */
export interface ExperimentStore {
  /** All of a task, or of all tasks, the oldest first. */
  all(task?: TaskName): Promise<readonly Experiment[]>;
  /** In place of the one with its id, in one transaction with `entries` of the audit log. */
  put(experiment: Experiment, entries?: readonly AuditEntry[]): Promise<void>;
  /** In one transaction: what is counted, and keys that are new or of which more is known; those are gone that `counts.before` leaves out. */
  measured(id: string, counts: ExperimentCounts, units: readonly ExperimentUnit[]): Promise<void>;
  counts(id: string): Promise<ExperimentCounts | undefined>;
  units(id: string): Promise<readonly ExperimentUnit[]>;
}
