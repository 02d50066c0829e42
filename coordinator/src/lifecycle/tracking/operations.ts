import type { ModelHash, TaskName } from '@murmuration/protocol/ids/ids';

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

/** What a tracking server is told, in this order. Plain data; each may be told twice and then changes nothing. `run` names a run here. */
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

/** An operation in its place of the queue. */
export interface QueuedOperation {
  readonly number: number;
  readonly operation: TrackingOperation;
}

/** What waits for a tracking server, in order, and what was last known to be the same on both sides. */
export interface TrackingStore {
  append(operations: readonly TrackingOperation[]): Promise<void>;
  /** The oldest, `most` at most. */
  first(most: number): Promise<readonly QueuedOperation[]>;
  remove(number: number): Promise<void>;
  /** How many wait. */
  size(): Promise<number>;
  /** Forgets the oldest figures until no more than `most` operations wait, as far as figures are enough; how many it forgot. */
  bound(most: number): Promise<number>;
  /** Aliases of a task as both sides had them last. */
  aliases(task: TaskName): Promise<Readonly<Record<string, number>>>;
  putAliases(task: TaskName, aliases: Readonly<Record<string, number>>): Promise<void>;
}

/** Keeps all of it as long as the process runs. */
export function memoryTracking(): TrackingStore {
  let queue: QueuedOperation[] = [];
  let next = 1;
  const aliases = new Map<TaskName, Readonly<Record<string, number>>>();
  return {
    async append(operations) {
      for (const operation of operations) queue.push({ number: next++, operation });
    },
    first: async most => queue.slice(0, most),
    async remove(number) {
      queue = queue.filter(each => each.number !== number);
    },
    size: async () => queue.length,
    async bound(most) {
      let over = queue.length - most;
      const before = queue.length;
      if (over > 0) queue = queue.filter(({ operation }) => operation.kind !== 'log' || over-- <= 0);
      return before - queue.length;
    },
    aliases: async task => aliases.get(task) ?? {},
    async putAliases(task, given) {
      aliases.set(task, given);
    },
  };
}
