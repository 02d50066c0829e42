/** Counts what really happens, in threads or on disks, while virtual time stands still for it. */
export class Work {
  #underWay = 0;
  #waiting: (() => void)[] = [];

  /** The promise, which counts as work until it has settled. */
  during<Result>(promise: Promise<Result>): Promise<Result> {
    this.#underWay += 1;
    const end = () => {
      this.#underWay -= 1;
      const waiting = this.#waiting;
      this.#waiting = [];
      for (const wake of waiting) wake();
    };
    promise.then(end, end);
    return promise;
  }

  get isUnderWay(): boolean {
    return this.#underWay > 0;
  }

  /** Resolves when a piece of work has ended, of those that are under way. */
  next(): Promise<void> {
    return new Promise(resolve => {
      this.#waiting.push(resolve);
    });
  }
}

/** The same object, of which every method that returns a promise counts as work until that has settled. */
export function countedAs<Port extends object>(work: Work, port: Port): Port {
  return new Proxy(port, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== 'function') return value;
      return (...args: unknown[]) => {
        const result: unknown = value.apply(target, args);
        return result instanceof Promise ? work.during(result) : result;
      };
    },
  });
}
