/** Counts real work, in threads or on disks, for which virtual time stands still. */
export class Work {
  #underWay = 0;
  #waiting: (() => void)[] = [];

  /** Returns the promise, and counts it as work until it has settled. */
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

  /** Resolves when one of the pieces of work under way has ended. */
  next(): Promise<void> {
    return new Promise(resolve => {
      this.#waiting.push(resolve);
    });
  }
}

/** Wraps an object so that every promise that its methods return counts as work until it has settled. */
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
