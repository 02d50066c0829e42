/**
 * Operation for a server. The kind `log` may be dropped; the remaining operations still give a complete
 * history.
 */
export interface Queued {
  readonly kind: string;
}

/** Operation with its number in the queue. */
export interface QueuedOperation<Operation extends Queued> {
  readonly number: number;
  readonly operation: Operation;
}

/** Ordered queue of operations that wait for a server. Operations are plain data. */
export interface TrackingQueue<Operation extends Queued> {
  append(operations: readonly Operation[]): Promise<void>;
  /** Returns the oldest operations, at most `most`. */
  first(most: number): Promise<readonly QueuedOperation<Operation>[]>;
  remove(number: number): Promise<void>;
  /** Number of waiting operations. */
  size(): Promise<number>;
  /**
   * Drops the oldest operations of the kind `log` until at most `most` operations wait, if there are enough
   * of that kind; returns the number dropped.
   */
  bound(most: number): Promise<number>;
}

/** Returns a queue in memory, without a bound. */
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
