import { countExamples } from '@murmuration/lifecycle/central/count';
import type { RunControl } from '@murmuration/lifecycle/training-runs/run-control';
import type { Cancel } from '@murmuration/protocol/time/clock';
import type { PrivacyBudgets } from '@murmuration/rounds/privacy/budgets';
import type { Retention } from '@murmuration/rounds/registry/retention';
import { resumeAll } from '@murmuration/rounds/rounds/all-tasks';
import type { TaskRounds } from '@murmuration/rounds/rounds/task-rounds';
import type { Task } from '@murmuration/rounds/task/task';
import type { CorePorts } from './core-ports.ts';
import type { SpreadParts } from './parts.ts';
import type { PreparedTask } from './prepare-task.ts';
import type { TaskTable } from './task-table.ts';

interface TaskLifeParts {
  readonly table: TaskTable;
  readonly prepare: (definition: Task) => Promise<PreparedTask>;
  readonly runs: RunControl;
  readonly parts: SpreadParts | undefined;
  readonly privacy: Pick<PrivacyBudgets, 'close'>;
  readonly retention: Retention;
}

/** Begins and ends the rounds and training runs of all tasks. */
export class TaskLife {
  readonly #ports: CorePorts;
  readonly #parts: TaskLifeParts;
  readonly #counts: Cancel[] = [];
  #isStarted = false;
  #suspended: Promise<void> | undefined;

  constructor(ports: CorePorts, parts: TaskLifeParts) {
    this.#ports = ports;
    this.#parts = parts;
  }

  /** Prepares a task, which becomes visible once the returned function is called. */
  async prepare(definition: Task): Promise<() => TaskRounds> {
    const prepared = await this.#parts.prepare(definition);
    return () => {
      if (prepared.runs) this.#parts.runs.admit(prepared.runs);
      return this.#parts.table.admit(prepared);
    };
  }

  /** See `Core.add`. */
  async add(task: Task): Promise<(ready: (added: TaskRounds) => Promise<void>) => Promise<TaskRounds>> {
    const admit = await this.prepare(task);
    return async ready => {
      const added = admit();
      try {
        await ready(added);
        if (this.#isStarted) await this.#startTask(added);
      } catch (error) {
        // A retry creates rounds of its own, beside which these must not go on.
        await this.#parts.table.withdraw(task.name);
        throw error;
      }
      return added;
    };
  }

  async resume(): Promise<void> {
    const { storage, clock, moments } = this.#ports;
    const { history } = storage;
    if (storage.durable)
      await resumeAll(this.#rounds, storage.rounds, { history, clock, moments }, storage.parts);
  }

  async start(): Promise<void> {
    this.#isStarted = true;
    for (const each of this.#rounds.values()) await this.#startTask(each);
  }

  async endRounds(): Promise<void> {
    await this.#endRuns();
    await Promise.all(Array.from(this.#rounds.values(), each => each.stop()));
    await this.#parts.retention.settled();
  }

  suspend(): Promise<void> {
    this.#suspended ??= this.#ports.storage.durable ? this.#leave() : this.endRounds();
    return this.#suspended;
  }

  get #rounds(): ReadonlyMap<string, TaskRounds> {
    return this.#parts.table.rounds;
  }

  async #startTask(each: TaskRounds): Promise<void> {
    const { clock, events, trainer } = this.#ports;
    const { runs } = this.#parts;
    await each.start();
    const { name, central, retrain } = each.task;
    await runs.start(name);
    if (!central || !retrain?.when.some(({ kind }) => kind === 'new-examples')) return;
    const observe: Parameters<typeof countExamples>[1]['observe'] = observation =>
      runs.observe(name, observation);
    this.#counts.push(countExamples(central, { clock, events, trainer, observe }));
  }

  async #endRuns(): Promise<void> {
    for (const cancel of this.#counts.splice(0)) cancel();
    await this.#parts.runs.close();
  }

  async #leave(): Promise<void> {
    await this.#endRuns();
    await Promise.all([
      ...Array.from(this.#rounds.values(), each => each.suspend()),
      this.#parts.parts?.suspend(),
      this.#parts.privacy.close(),
    ]);
  }
}
