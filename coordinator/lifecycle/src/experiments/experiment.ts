import type { ExperimentTerms, experimentOutcomes } from '@murmuration/api/experiment';
import type { ArmSums } from '@murmuration/monitoring/experiments/arm-sums';
import type { KnownCovariates } from '@murmuration/monitoring/experiments/variance-reduction';
import type { ModelHash, TaskName } from '@murmuration/protocol/ids/ids';
import type { AuditEntry } from '@murmuration/rounds/operators/audit';
import type { KeyField } from '@murmuration/serving/experiments/experiment';

/** Version in an experiment. */
export interface ExperimentArm {
  readonly name: string;
  readonly number: number;
  readonly model: ModelHash;
  /** Share of the participating keys; the shares of all arms add up to 1. */
  readonly share: number;
}

export type ExperimentMetric = ExperimentTerms['metric'];

/** Experiment on the versions of a task. */
export interface Experiment {
  /** Id, unique over all tasks. */
  readonly id: string;
  readonly task: TaskName;
  readonly name: string;
  readonly kind: ExperimentTerms['kind'];
  readonly salt: string;
  /**
   * Part of the layer, from 0 to 1. All experiments in a layer share its salt, which is left out for
   * experiments from before layers had one.
   */
  readonly layer: {
    readonly name: string;
    readonly salt?: string;
    readonly from: number;
    readonly to: number;
  };
  readonly key: KeyField;
  /** Field of a request with a value known of its key before the experiment; null adjusts nothing. */
  readonly covariate: KeyField | null;
  /** Arms; the first one is the control. A mirror has only one arm. */
  readonly arms: readonly ExperimentArm[];
  readonly metric: ExperimentMetric;
  readonly alpha: number;
  readonly planned: number;
  readonly guards: NonNullable<ExperimentTerms['guards']>;
  /** Steps of a canary: shares of the new version, and the duration of each, ms. */
  readonly steps: NonNullable<ExperimentTerms['steps']> | null;
  /** Index of the current step, and its start, ms since 1970. */
  readonly step: number;
  readonly stepAt: number;
  readonly atLeast: number;
  readonly devices: boolean;
  /**
   * Query of the task with which devices report outcomes of predictions; the experiment then splits only
   * devices. Left out if requests are measured.
   */
  readonly query?: string;
  readonly createdAt: number;
  readonly createdBy: string;
  /** Time of its planned end, ms since 1970; null if an operator ends it. */
  readonly endsAt: number | null;
  readonly endedAt: number | null;
  readonly outcome: (typeof experimentOutcomes)[number];
  readonly reason: string | null;
}

/**
 * State of a key in an experiment: its first arm, and the results of its first request and its first
 * outcome.
 */
export interface ExperimentUnit {
  readonly unit: string;
  readonly arm: string;
  readonly failed: boolean;
  readonly ms: number;
  /**
   * Value of the outcome: 1 for right or 0 for wrong, or the distance of a number from it; 1 for a device
   * that has answered; null if no outcome is known.
   */
  readonly value: number | null;
  /** Covariate in its first request, known before the experiment; null if there was none. */
  readonly covariate: number | null;
}

/** Counts of an arm other than its keys. */
export interface ArmCounts {
  readonly requests: number;
  readonly failures: number;
  readonly agreed: number;
  readonly dropped: number;
  /** Sums over its keys; left out if they must still be added up. */
  readonly sums?: UnitSums;
  /** Answers of its devices; left out if requests are measured. */
  readonly answers?: ArmAnswers;
}

/** Sums over the keys of an arm, each counted once. */
export interface UnitSums {
  readonly failed: ArmSums;
  readonly ms: ArmSums;
  readonly values: ArmSums;
  /** Sums over keys that count for the experiment's metric and have a covariate. */
  readonly known: KnownCovariates;
}

/** Sums over the devices of an arm from masked sums, each counted once. */
export interface ArmAnswers extends ArmSums {
  /** Predictions in the sums, and those with the good outcome. */
  readonly predictions: number;
  readonly good: number;
  /** Rounds in which the arm was asked, with those without figures. */
  readonly rounds: number;
  /** Devices that left such a round, or were lost, while others answered. */
  readonly lost: number;
  /** Number of the newest such round; 0 without any. */
  readonly until: number;
}

/** Measurements of an experiment, except its keys. */
export interface ExperimentCounts {
  readonly arms: Readonly<Record<string, ArmCounts>>;
  /**
   * New keys of each arm since the last step, and the p-value over all steps that they fall into the arms as
   * they should.
   */
  readonly ratio: { readonly units: readonly number[]; readonly p: number };
  /** Origin from which covariates are counted; left out without any. */
  readonly anchor?: number;
  /**
   * Upper bound of the names of keys that are counted, as there were too many; the others are dropped. Left
   * out without a bound.
   */
  readonly before?: string;
}

/** Store of experiments and their measurements. */
export interface ExperimentStore {
  /** Lists the experiments of a task, or of all tasks, oldest first. */
  all(task?: TaskName): Promise<readonly Experiment[]>;
  /** Adds or replaces an experiment, in one transaction with `entries` of the audit log. */
  put(experiment: Experiment, entries?: readonly AuditEntry[]): Promise<void>;
  /**
   * Stores counts and new or changed keys in one transaction; deletes the keys that `counts.before`
   * excludes.
   */
  measured(id: string, counts: ExperimentCounts, units: readonly ExperimentUnit[]): Promise<void>;
  counts(id: string): Promise<ExperimentCounts | undefined>;
  units(id: string): Promise<readonly ExperimentUnit[]>;
}
