import type { ModelHash, TaskName } from '@murmuration/protocol/ids/ids';
import type { Documents } from '@murmuration/rounds/operators/documents';
import type { TrackingQueue } from './queue.ts';

/** A figure of a run. */
export interface TrackedMetric {
  readonly key: string;
  readonly value: number;
  /** ms since 1970. */
  readonly timestamp: number;
  /** The number of the round, or of the version that it is of. */
  readonly step: number;
}

export type Tags = Readonly<Record<string, string>>;

/** The name of the run of all rounds of a task under one plan, where they belong to no training run. */
export function planRun(task: TaskName, plan: number | ''): string {
  return `${task}.plan-${plan}`;
}

/** What an MLflow server is told, in this order. Plain data; each may be told twice and then changes nothing. `run` names a run here. */
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
      /** The window, whose report is read when it is sent. */
      readonly window: number;
    }
  | { readonly kind: 'aliases'; readonly task: TaskName; readonly aliases: Readonly<Record<string, number>> };

/** What waits for an MLflow server, and what was last known to be the same on both sides. Figures are what gives way. */
export type TrackingStore = TrackingQueue<TrackingOperation> & ReturnType<typeof trackedAliasesIn>;

type Aliases = Readonly<Record<string, number>>;

export function trackedAliasesIn(documents: Documents) {
  const kind = 'tracked-aliases';
  return {
    /** Aliases of a task as both sides had them last. */
    async aliases(task: TaskName): Promise<Aliases> {
      return (await documents.get<Aliases>(kind, task, '')) ?? {};
    },
    async putAliases(task: TaskName, aliases: Aliases): Promise<void> {
      await documents.change({ put: [{ kind, scope: task, key: '', at: 0, value: aliases }] });
    },
  };
}
