/** Count of one kind of event in one hour. */
export interface HourlyCount {
  /** Start of the hour, ms since 1970. */
  readonly hour: number;
  readonly series: 'check-ins' | 'refusals';
  /** Name of the task; empty for none. */
  readonly task: string;
  /** Kind of the event: the answer to a check-in, or the code of a refusal. */
  readonly name: string;
  readonly count: number;
}

export interface HourlyCountStore {
  /** Adds to the stored counts, all or none, and removes hours before `forget`, ms since 1970. */
  add(counts: readonly HourlyCount[], forget: number): Promise<void>;
  /** Lists the counts of a series since an hour, oldest first. */
  since(series: HourlyCount['series'], hour: number): Promise<readonly HourlyCount[]>;
}

export const anHour = 3_600_000;

export function hourOf(time: number): number {
  return Math.floor(time / anHour) * anHour;
}
