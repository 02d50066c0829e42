import type { ModelHash } from '@murmuration/protocol/ids/ids';
import type { Metrics } from '@murmuration/rounds/evaluation/metrics';
import type { Firing, FiringRecord, RunEnd, TrainingRun } from '@murmuration/rounds/events/training-run';
import type { TriggerMemory } from '../triggers/look.ts';
import type { PastRuns } from '../triggers/restraint.ts';

/** Why a run is over, and in a sentence. */
export interface Ending {
  readonly reason: RunEnd;
  readonly text: string;
}

/** A run that is open. */
export interface OpenRun
  extends Pick<TrainingRun, 'id' | 'number' | 'why' | 'startedAt' | 'rounds' | 'failed' | 'model'> {
  readonly metrics: Metrics | null;
  readonly failuresInRow: number;
  /** Number of the newest round that counted, or that was over when the run began: none counts twice. */
  readonly lastRound: number;
  /** The best version by the metric of a plateau, and versions since. */
  readonly best: { readonly metric: string; readonly value: number; readonly since: number } | null;
  /** Why it is over as soon as the round under way is; null: it goes on. */
  readonly closing: Ending | null;
}

/** Where retraining of a task stands; plain JSON, all of it durable. */
export interface RetrainState extends PastRuns {
  /** Numbers of the newest run and the newest record of a trigger; 0: there is none. */
  readonly runs: number;
  readonly records: number;
  readonly run: OpenRun | null;
  /** The record of the trigger that waits for the end of quiet hours. */
  readonly waiting: FiringRecord | null;
  /** Records since a run began or ended last, of triggers that were suppressed: which further ones are counted in. */
  readonly suppressed: readonly FiringRecord[];
  readonly memory: TriggerMemory;
}

export const initialState: RetrainState = {
  runs: 0,
  records: 0,
  begun: [],
  endedAt: null,
  run: null,
  waiting: null,
  suppressed: [],
  memory: {},
};

export type RetrainEvent =
  /** Triggers fired; `id` is for the run that one of them may begin, `lastRound` the newest round that is over. */
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
      /** The version that it made, with its held-out metrics. */
      readonly outcome: { readonly metrics: Metrics | null; readonly model: ModelHash | null } | 'failed';
      readonly now: number;
    }
  /** The privacy budget has nothing left for another round. */
  | { readonly type: 'spent'; readonly now: number }
  /** It may be time for something; `isUnderWay`: whether a round is. */
  | {
      readonly type: 'tick';
      readonly id: string;
      readonly lastRound: number;
      readonly isUnderWay: boolean;
      readonly now: number;
    }
  /** The run is to end; a round under way is ended. */
  | { readonly type: 'stop'; readonly text: string; readonly isUnderWay: boolean; readonly now: number }
  /** What triggers remember. */
  | { readonly type: 'remember'; readonly memory: TriggerMemory };

export type RetrainEffect =
  | { readonly type: 'record'; readonly record: FiringRecord }
  /** A run began, changed or ended. */
  | { readonly type: 'run'; readonly run: TrainingRun }
  /** The round under way is to end as failed. */
  | { readonly type: 'abort'; readonly reason: string };

export interface RetrainStep {
  readonly state: RetrainState;
  readonly effects: readonly RetrainEffect[];
}
