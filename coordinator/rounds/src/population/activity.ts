import type { DeviceId, TaskName } from '@murmuration/protocol/ids/ids';

/** What a device did lately, for the operator; nothing of what it sent. */
export interface Activity {
  /** ms since 1970. */
  readonly seenAt: number;
  /** As it said in its last hello. */
  readonly platform: string;
  readonly sdk: string;
  readonly tasks: readonly Participation[];
}

/** How often a device took part in the rounds of a task. */
export interface Participation {
  readonly task: TaskName;
  /** Rounds whose cohort it was in. */
  readonly rounds: number;
  /** Rounds that took its update. */
  readonly updates: number;
  /** When it was last chosen, ms since 1970. */
  readonly lastAt: number;
}

/** What there is to add to what is known of a device. */
export interface ActivityChange {
  readonly device: DeviceId;
  readonly seenAt: number;
  /** Left out where it has said no hello since the last change. */
  readonly client?: { readonly platform: string; readonly sdk: string };
  /** `rounds` and `updates` since the last change. */
  readonly tasks: readonly Participation[];
}

export interface ActivitySummary {
  readonly seen: number;
  readonly clients: readonly { readonly platform: string; readonly sdk: string; readonly devices: number }[];
}

export interface ActivityStore {
  /** Adds changes, all or none: counts add up, and the latest times count. */
  record(changes: readonly ActivityChange[]): Promise<void>;
  /** What is known of these devices; those of which nothing is are left out. Tasks are in alphabetical order. */
  of(devices: readonly DeviceId[]): Promise<ReadonlyMap<DeviceId, Activity>>;
  /**
   * How many devices come at `now`, ms since 1970: those that are enrolled and were seen `comingFor` ms after their enrolment, or later. One that
   * was not seen for half of `lasting` ms counts for less and less, and after all of it for nothing.
   */
  coming(now: number, comingFor: number, lasting: number): Promise<number>;
  /** How many devices were seen since a time (ms since 1970), and how many run what, as they said last; most first. */
  summary(since: number): Promise<ActivitySummary>;
}
