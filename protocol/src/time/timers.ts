/** Call that falls due at a time. */
export interface Timer {
  readonly time: number;
  /** Order in which timers were set. */
  readonly number: number;
  /** Undefined once it is cancelled. */
  wake: (() => void) | undefined;
}

/**
 * Timers ordered by the time at which they fall due; equal ones in the order in which they were set. A binary
 * heap, since thousands of devices wait at once.
 */
export class Timers {
  readonly #heap: Timer[] = [];
  #set = 0;
  #live = 0;

  /** Timers that are neither due nor cancelled. */
  get size(): number {
    return this.#live;
  }

  add(time: number, wake: () => void): Timer {
    const timer: Timer = { time, number: this.#set++, wake };
    this.#live += 1;
    this.#heap.push(timer);
    this.#rise(this.#heap.length - 1);
    return timer;
  }

  cancel(timer: Timer): void {
    if (!timer.wake) return;
    timer.wake = undefined;
    this.#live -= 1;
    if (this.#heap.length > 64 && this.#heap.length > 2 * this.#live) this.#compact();
  }

  /** Timer that is due first; undefined if there is none. */
  first(): Timer | undefined {
    while (this.#heap.length > 0 && !this.#heap[0]!.wake) this.#takeTop();
    return this.#heap[0];
  }

  /** Removes and returns the timer that is due first; there must be one. */
  take(): { readonly time: number; readonly wake: () => void } {
    const timer = this.first()!;
    const { time, wake } = timer;
    this.#takeTop();
    this.#live -= 1;
    timer.wake = undefined;
    return { time, wake: wake! };
  }

  #takeTop(): void {
    const last = this.#heap.pop()!;
    if (this.#heap.length === 0) return;
    this.#heap[0] = last;
    this.#sink(0);
  }

  #compact(): void {
    const live = this.#heap
      .filter(({ wake }) => wake !== undefined)
      .sort((a, b) => (isBefore(a, b) ? -1 : 1));
    this.#heap.length = 0;
    // A sorted array is a heap.
    this.#heap.push(...live);
  }

  #rise(from: number): void {
    const heap = this.#heap;
    const timer = heap[from]!;
    let at = from;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (isBefore(heap[parent]!, timer)) break;
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = timer;
  }

  #sink(from: number): void {
    const heap = this.#heap;
    const timer = heap[from]!;
    let at = from;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child += 1;
      if (isBefore(timer, heap[child]!)) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = timer;
  }
}

function isBefore(a: Timer, b: Timer): boolean {
  return a.time < b.time || (a.time === b.time && a.number < b.number);
}
