import type { DeviceId, TaskName } from '@murmuration/protocol/ids/ids';

/** Recent activity of a device, for operators; it has nothing of what the device sent. */
export interface Activity {
  /** ms since 1970. */
  readonly seenAt: number;
  /** Platform that its last hello named. */
  readonly platform: string;
  readonly sdk: string;
  readonly tasks: readonly TaskParticipation[];
}

/** Participation of a device in the rounds of a task. */
export interface TaskParticipation {
  readonly task: TaskName;
  /** Rounds with the device in their cohort. */
  readonly rounds: number;
  /** Rounds that took its update. */
  readonly updates: number;
  /** Time when it was last chosen, ms since 1970. */
  readonly lastAt: number;
}

/** Change of a device's recorded activity. */
export interface ActivityChange {
  readonly device: DeviceId;
  readonly seenAt: number;
  /** Client of its last hello; left out without a hello since the last change. */
  readonly client?: { readonly platform: string; readonly sdk: string };
  /** Participation since the last change, to be added. */
  readonly tasks: readonly TaskParticipation[];
}

export interface ActivitySummary {
  readonly seen: number;
  readonly clients: readonly { readonly platform: string; readonly sdk: string; readonly devices: number }[];
}

export interface ActivityStore {
  /** Applies changes, all or none: adds up counts, and keeps the latest times. */
  record(changes: readonly ActivityChange[]): Promise<void>;
  /** Returns the activity of devices, without those that have none. Tasks are in alphabetical order. */
  of(devices: readonly DeviceId[]): Promise<ReadonlyMap<DeviceId, Activity>>;
  /**
   * Returns the number of devices that come at `now`, ms since 1970: enrolled devices that were seen
   * `comingFor` ms or more after their enrolment. A device not seen for half of `lasting` ms counts less and
   * less, and for nothing after all of it.
   */
  coming(now: number, comingFor: number, lasting: number): Promise<number>;
  /**
   * Counts the devices seen since a time, ms since 1970, and the devices by the client of their last hello,
   * most first.
   */
  summary(since: number): Promise<ActivitySummary>;
}
