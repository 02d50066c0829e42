import type { DeviceId, TaskName } from '@murmuration/protocol/ids/ids';

/** Record of a device's recent behaviour in the rounds of a task; times in ms since 1970. */
export interface Mark {
  /** Failed sums with the device among the possible spoilers; reset `rememberedFor` after the newest. */
  readonly failures: number;
  /** Failed sums since a sum with the device was last opened. */
  readonly inRow: number;
  readonly failedAt: number;
  /** Time until which it is excluded, because it was in more failed sums than any other device. */
  readonly apartUntil: number;
  /** Rounds in a row in which it fell silent. */
  readonly silences: number;
  /** Time until which it is drawn last, because it fell silent. */
  readonly silentUntil: number;
  /** Rounds in a row that waited only for this device, for half the time of a phase or longer. */
  readonly delays: number;
  /** Time of the last change of the mark. */
  readonly changedAt: number;
}

export interface DeviceMark extends Mark {
  readonly task: TaskName;
  readonly device: DeviceId;
}

/** Store of marks by task and device. All methods throw `storage.*`. */
export interface MarkStore {
  /** Replaces marks, all or none; removes those that `saysNothing`. */
  put(marks: readonly DeviceMark[]): Promise<void>;
  /** Returns up to `most` marks of a task that changed since a time, ms since 1970, the newest first. */
  since(task: TaskName, time: number, most: number): Promise<readonly DeviceMark[]>;
  /** Returns the marks of devices in all tasks. */
  of(devices: readonly DeviceId[]): Promise<readonly DeviceMark[]>;
  /** Removes the task's marks that have not changed since a time, ms since 1970. */
  prune(task: TaskName, time: number): Promise<void>;
  /** Removes all marks of a device. */
  forget(device: DeviceId): Promise<void>;
}

const hour = 3_600_000;
const day = 24 * hour;
/** ms after which an unchanged mark is dropped. */
export const rememberedFor = 2 * day;
/** Number of failures in a row from which on a device may be excluded. */
const minFailuresInRow = 3;
/** Shortest duration of the first silence's effect, ms. */
const leastSilence = 60_000;
/** Rounds for which a device stays a suspect after a failure; at least an hour. */
const suspectFor = 10;

export const unmarked: Mark = {
  failures: 0,
  inRow: 0,
  failedAt: 0,
  apartUntil: 0,
  silences: 0,
  silentUntil: 0,
  delays: 0,
  changedAt: 0,
};

/** True if a mark has no entries. */
export const saysNothing = ({ failures, silences, delays }: Mark): boolean =>
  failures === 0 && silences === 0 && delays === 0;

/** Returns the mark after a failed sum with the device among the possible spoilers. */
export function failed(mark: Mark, now: number): Mark {
  const { failures, inRow } = now - mark.failedAt > rememberedFor ? unmarked : mark;
  return { ...mark, failures: failures + 1, inRow: inRow + 1, failedAt: now, changedAt: now };
}

/**
 * Returns the device to exclude, with its mark: the one of `spoilers` that was in more failed sums than any
 * other, in at least three in a row. It is excluded for an hour, then for twice as long each time, up to a
 * day. A device that spoils sums to have another one excluded was in as many of them.
 */
export function apart(
  spoilers: ReadonlyMap<DeviceId, Mark>,
  now: number,
): readonly [DeviceId, Mark] | undefined {
  const most = Math.max(...Array.from(spoilers.values(), ({ failures }) => failures));
  const [first, second] = [...spoilers].filter(([, { failures }]) => failures === most);
  if (!first || second || first[1].inRow < minFailuresInRow) return undefined;
  const [device, mark] = first;
  const lasts = Math.min(day, hour * 2 ** Math.min(mark.inRow - minFailuresInRow, 10));
  return [device, { ...mark, apartUntil: now + lasts }];
}

/**
 * Returns the mark after the device fell silent in a round; `interval` is the ms between rounds. It is drawn
 * last for half the interval, at least `leastSilence`, then for twice as long each time, up to a day.
 */
export function silent(mark: Mark, now: number, interval: number): Mark {
  const silences = mark.silences + 1;
  const lasts = Math.min(day, Math.max(leastSilence, interval / 2) * 2 ** Math.min(silences - 1, 20));
  return { ...mark, silences, silentUntil: now + lasts, changedAt: now };
}

/** Returns the mark after a round waited only for the device. */
export const delaying = (mark: Mark, now: number): Mark => ({
  ...mark,
  delays: mark.delays + 1,
  changedAt: now,
});

/**
 * Returns the mark after a sum with the device was opened; `hasDelayed` is true if the round had to wait for
 * it.
 */
export function opened(mark: Mark, now: number, hasDelayed: boolean): Mark {
  const { failures, inRow, silences, delays } = mark;
  if (inRow === 0 && silences === 0 && (delays === 0 || hasDelayed)) return mark;
  return {
    ...mark,
    failures,
    inRow: 0,
    silences: 0,
    silentUntil: 0,
    delays: hasDelayed ? delays : 0,
    changedAt: now,
  };
}

/** True if the device may have spoiled the failed sums that it was in. */
export function isSuspect({ inRow, failedAt }: Mark, now: number, interval: number): boolean {
  return inRow > 0 && now - failedAt < Math.max(hour, suspectFor * interval);
}
