import { native } from '@murmuration/protocol/primitives/node';
import type { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import type { Layout } from '@murmuration/protocol/weights/layout';
import { type Aggregate, aggregateFor } from '@murmuration/rounds/aggregation/aggregate';
import { CoordinatorEvents } from '@murmuration/rounds/events/events';
import { RoundExecution } from '@murmuration/rounds/rounds/round-execution';
import type { Task } from '@murmuration/rounds/task/task';
import type { Durable } from './kept.ts';

/** Rounds as they follow from what is durable of them, and from nothing else. */
export class Replicas {
  readonly #task: Task;
  readonly #layout: Layout;
  readonly #clock: VirtualClock;
  readonly #newest = new WeakMap<Durable, { readonly changes: number; readonly execution: RoundExecution }>();

  constructor(task: Task, layout: Layout, clock: VirtualClock) {
    this.#task = task;
    this.#layout = layout;
    this.#clock = clock;
  }

  emptySum({ terms }: Durable): Aggregate {
    return aggregateFor(this.#task.strategy.consumes, terms.plan, this.#layout, terms.id, terms);
  }

  /** The execution that a coordinator would go on with if it started now. */
  of(durable: Durable): RoundExecution {
    const known = this.#newest.get(durable);
    if (known?.changes === durable.changes) return known.execution;
    const { terms, entries, checkpoint, changes } = durable;
    const aggregate = this.emptySum(durable);
    if (checkpoint && 'restore' in aggregate) aggregate.restore(checkpoint.sum);
    const ports = {
      store: undefined,
      clock: this.#clock,
      moments: { convicted: () => {} },
      conduct: { follow: () => {}, spoil: () => {} },
      events: new CoordinatorEvents(),
      primitives: native,
    };
    const execution = new RoundExecution(terms, aggregate, ports, { terms, entries, checkpoint });
    execution.masked?.offer(() => {});
    this.#newest.set(durable, { changes, execution });
    return execution;
  }
}
