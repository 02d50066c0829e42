/** Waiting times of requests for a processor, ms. */
export interface Waits {
  readonly mean: number;
  readonly p50: number;
  readonly p99: number;
}

/** Kind of work that arrives at random. */
export interface ArrivingWork {
  /** Arrivals per second. */
  readonly perSecond: number;
  /** Processor ms per arrival. */
  readonly ms: number;
}

/** Number of simulated requests. */
const requests = 200_000;
/** Number of first requests to ignore, while the queue is still filling. */
const unsettled = requests / 10;

/**
 * Simulates the waiting times of requests that arrive independently (Poisson) and are served in order by
 * `processors`, one request at a time each: the recursion of Kiefer and Wolfowitz 1955 over the work left at
 * each processor. `uniform` returns numbers from 0 to 1. Infinite if the load exceeds the capacity.
 */
export function waitsOf(works: readonly ArrivingWork[], processors: number, uniform: () => number): Waits {
  const perSecond = works.reduce((sum, each) => sum + each.perSecond, 0);
  if (busyOf(works, processors) >= 1) {
    const never = Number.POSITIVE_INFINITY;
    return { mean: never, p50: never, p99: never };
  }
  // Ascending: the first processor is free soonest.
  const left = new Float64Array(processors);
  const waits = new Float64Array(requests - unsettled);
  let sum = 0;
  for (let request = 0; request < requests; request++) {
    const since = (-1_000 * Math.log(1 - uniform())) / perSecond;
    for (let each = 0; each < processors; each++) left[each] = Math.max(0, left[each]! - since);
    const wait = left[0]!;
    if (request >= unsettled) {
      waits[request - unsettled] = wait;
      sum += wait;
    }
    let at = 0;
    const until = wait + drawn(works, perSecond, uniform());
    for (; at + 1 < processors && left[at + 1]! < until; at++) left[at] = left[at + 1]!;
    left[at] = until;
  }
  waits.sort();
  const share = (of: number) => waits[Math.floor(of * (waits.length - 1))]!;
  return { mean: sum / waits.length, p50: share(0.5), p99: share(0.99) };
}

/** Returns the utilisation of the processors. */
export function busyOf(works: readonly ArrivingWork[], processors: number): number {
  return works.reduce((sum, { perSecond, ms }) => sum + (perSecond * ms) / 1_000, 0) / processors;
}

/**
 * Finds the fewest processors whose utilisation is at most `busy`, and whose 99th percentile of waiting is at
 * most `wait` ms.
 */
export function processorsFor(
  works: readonly ArrivingWork[],
  { busy, wait }: { readonly busy: number; readonly wait: number },
  uniform: () => number,
): { readonly processors: number; readonly waits: Waits } {
  for (let processors = Math.max(1, Math.ceil(busyOf(works, 1) / busy)); ; processors++) {
    const waits = waitsOf(works, processors, uniform);
    if (waits.p99 <= wait) return { processors, waits };
  }
}

function drawn(works: readonly ArrivingWork[], perSecond: number, at: number): number {
  let sum = 0;
  for (const each of works) {
    sum += each.perSecond / perSecond;
    if (at < sum) return each.ms;
  }
  return works.at(-1)!.ms;
}
