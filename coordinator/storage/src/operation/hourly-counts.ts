/** How often something happened in one hour. */
export interface HourlyCount {
  /** Beginning of the hour, ms since 1970. */
  readonly hour: number;
  readonly series: 'check-ins' | 'refusals';
  /** Empty where it belongs to none. */
  readonly task: string;
  /** What happened: how a check-in was answered, or the code of a refusal. */
  readonly name: string;
  readonly count: number;
}

export interface HourlyCountStore {
  /** Adds to what is kept, all or none, and forgets what is of hours before `forget`, ms since 1970. */
  add(counts: readonly HourlyCount[], forget: number): Promise<void>;
  /** Those of a series since an hour, oldest first. */
  since(series: HourlyCount['series'], hour: number): Promise<readonly HourlyCount[]>;
}

export const anHour = 3_600_000;

export function hourOf(time: number): number {
  return Math.floor(time / anHour) * anHour;
}
