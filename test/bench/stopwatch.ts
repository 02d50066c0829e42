/** Adds up the CPU time, of all threads of the process, of what it is given to do. */
export interface Stopwatch {
  readonly milliseconds: number;
  time<Result>(work: () => Result): Result;
}

export function stopwatch(): Stopwatch {
  let microseconds = 0;
  return {
    get milliseconds() {
      return microseconds / 1000;
    },
    time(work) {
      const before = process.cpuUsage();
      const result = work();
      const { user, system } = process.cpuUsage(before);
      microseconds += user + system;
      return result;
    },
  };
}
