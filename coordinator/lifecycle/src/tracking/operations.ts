import type { ModelHash, TaskName } from '@murmuration/protocol/ids/ids';
import type { Documents } from '@murmuration/rounds/operators/documents';
import type { TrackingQueue } from './queue.ts';

/** Figure of a run. */
export interface TrackedMetric {
  readonly key: string;
  readonly value: number;
  /** ms since 1970. */
  readonly timestamp: number;
  /** Number of its round or version. */
  readonly step: number;
}

export type Tags = Readonly<Record<string, string>>;

/** Returns the name of the run for all rounds of a task under one plan that belong to no training run. */
export function planRun(task: TaskName, plan: number | ''): string {
  return `${task}.plan-${plan}`;
}

/**
 * Operation on an MLflow server, in order. Plain data; a repeated operation changes nothing. `run` is our
 * name of a run.
 */
export type TrackingOperation =
  | {
      readonly kind: 'begin';
      readonly run: string;
      readonly task: TaskName;
      readonly name: string;
      /** ms since 1970. */
      readonly at: number;
      readonly tags: Tags;
      readonly params: Tags;
    }
  | {
      readonly kind: 'log';
      readonly run: string;
      readonly task: TaskName;
      readonly metrics: readonly TrackedMetric[];
      readonly tags: Tags;
    }
  | {
      readonly kind: 'end';
      readonly run: string;
      readonly task: TaskName;
      readonly status: 'FINISHED' | 'FAILED' | 'KILLED';
      readonly at: number;
    }
  | {
      readonly kind: 'version';
      readonly run: string;
      readonly task: TaskName;
      readonly number: number;
      readonly model: ModelHash;
      readonly tags: Tags;
    }
  | {
      readonly kind: 'drift';
      readonly run: string;
      readonly task: TaskName;
      readonly version: number;
      /** Window whose report is read when the operation is sent. */
      readonly window: number;
    }
  | { readonly kind: 'aliases'; readonly task: TaskName; readonly aliases: Readonly<Record<string, number>> };

/**
 * Operations that wait for an MLflow server, and the aliases last known to be equal on both sides. When
 * full, it drops figures.
 */
export type TrackingStore = TrackingQueue<TrackingOperation> & ReturnType<typeof trackedAliasesIn>;

type Aliases = Readonly<Record<string, number>>;

export function trackedAliasesIn(documents: Documents) {
  const kind = 'tracked-aliases';
  return {
    /** Returns the aliases of a task that both sides last agreed on. */
    async aliases(task: TaskName): Promise<Aliases> {
      return (await documents.get<Aliases>(kind, task, '')) ?? {};
    },
    async putAliases(task: TaskName, aliases: Aliases): Promise<void> {
      await documents.change({ put: [{ kind, scope: task, key: '', at: 0, value: aliases }] });
    },
  };
}
