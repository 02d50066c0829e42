/** Something that a server is to be told. Of the kind `log`: without it, what remains still tells what happened. */
export interface Queued {
  readonly kind: string;
}

/** An operation in its place of the queue. */
export interface QueuedOperation<Operation extends Queued> {
  readonly number: number;
  readonly operation: Operation;
}

/** What waits for a server, in order. Operations are plain data. */
export interface TrackingQueue<Operation extends Queued> {
  append(operations: readonly Operation[]): Promise<void>;
  /** The oldest, `most` at most. */
  first(most: number): Promise<readonly QueuedOperation<Operation>[]>;
  remove(number: number): Promise<void>;
  /** How many wait. */
  size(): Promise<number>;
  /** Forgets the oldest of the kind `log` until no more than `most` operations wait, as far as these are enough; how many it forgot. */
  bound(most: number): Promise<number>;
}

/** Keeps all of it as long as the process runs. */
export function memoryQueue<Operation extends Queued>(): TrackingQueue<Operation> {
  let queue: QueuedOperation<Operation>[] = [];
  let next = 1;
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
  };
}
