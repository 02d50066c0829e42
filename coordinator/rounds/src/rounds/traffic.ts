import type { TaskName } from '@murmuration/protocol/ids/ids';

/** Bytes since the start: updates received (`up`) and models served (`down`). */
export interface TrafficCount {
  readonly up: number;
  readonly down: number;
}

export class Traffic {
  readonly #counts = new Map<TaskName, { up: number; down: number }>();

  add(task: TaskName, direction: keyof TrafficCount, bytes: number): void {
    const count = this.#counts.get(task) ?? { up: 0, down: 0 };
    count[direction] += bytes;
    this.#counts.set(task, count);
  }

  of(task: TaskName): TrafficCount {
    return { ...(this.#counts.get(task) ?? { up: 0, down: 0 }) };
  }
}
