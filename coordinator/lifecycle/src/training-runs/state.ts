import type { ModelHash } from '@murmuration/protocol/ids/ids';
import type { Metrics } from '@murmuration/rounds/evaluation/metrics';
import type { Firing, FiringRecord, RunEnd, TrainingRun } from '@murmuration/rounds/events/training-run';
import type { TriggerMemory } from '../triggers/look.ts';
import type { PastRuns } from '../triggers/restraint.ts';

/** Cause of a run's end, also as a sentence. */
export interface Ending {
  readonly reason: RunEnd;
  readonly text: string;
}

/** Open run. */
export interface OpenRun
  extends Pick<TrainingRun, 'id' | 'number' | 'why' | 'startedAt' | 'rounds' | 'failed' | 'model'> {
  readonly metrics: Metrics | null;
  readonly failuresInRow: number;
  /**
   * Number of the newest round that counted, or that was over when the run began, so that none counts twice.
   */
  readonly lastRound: number;
  /** Best version by the metric of the plateau, and number of versions since. */
  readonly best: { readonly metric: string; readonly value: number; readonly since: number } | null;
  /** Cause for which the run ends together with the round under way; null if it goes on. */
  readonly closing: Ending | null;
}

/** Retraining state of a task; plain JSON, all of it durable. */
export interface RetrainState extends PastRuns {
  /** Numbers of the newest run and of the newest record of a trigger; 0 if there is none. */
  readonly runs: number;
  readonly records: number;
  readonly run: OpenRun | null;
  /** Record of the trigger that waits for the end of quiet hours. */
  readonly waiting: FiringRecord | null;
  /** Records of suppressed triggers since a run last began or ended; further firings are counted in them. */
  readonly suppressed: readonly FiringRecord[];
  readonly memory: TriggerMemory;
}

export const initialState: RetrainState = {
  runs: 0,
  records: 0,
  endedAt: null,
  run: null,
  waiting: null,
  suppressed: [],
  memory: {},
};

export type RetrainEvent =
  /** A trigger fired; `id` is for the run that it may begin, `lastRound` is the newest round that is over. */
  | {
      readonly type: 'fired';
      readonly firing: Firing;
      readonly id: string;
      readonly lastRound: number;
      readonly now: number;
    }
  /** A round of the run is over. */
  | {
      readonly type: 'round';
      readonly number: number;
      /** Version that it made, with its held-out metrics. */
      readonly outcome: { readonly metrics: Metrics | null; readonly model: ModelHash | null } | 'failed';
      readonly now: number;
    }
  /** The privacy budget has nothing left for another round. */
  | { readonly type: 'spent'; readonly now: number }
  /** Time has passed; `isUnderWay` is true if a round is under way. */
  | {
      readonly type: 'tick';
      readonly id: string;
      readonly lastRound: number;
      readonly isUnderWay: boolean;
      readonly now: number;
    }
  /** The run must end, with the round under way. */
  | { readonly type: 'stop'; readonly text: string; readonly isUnderWay: boolean; readonly now: number }
  /** The memory of triggers changed. */
  | { readonly type: 'remember'; readonly memory: TriggerMemory };

export type RetrainEffect =
  | { readonly type: 'record'; readonly record: FiringRecord }
  /** A run began, changed or ended. */
  | { readonly type: 'run'; readonly run: TrainingRun }
  /** The round under way must end as failed. */
  | { readonly type: 'abort'; readonly reason: string };

export interface RetrainStep {
  readonly state: RetrainState;
  readonly effects: readonly RetrainEffect[];
}
