import type { DeviceId, TaskName } from '@murmuration/protocol/ids/ids';

/** How a device has behaved lately in the rounds of a task; times in ms since 1970. */
export interface Mark {
  /** Sums that failed with it among those of whom one has spoiled them; forgotten `rememberedFor` after the newest. */
  readonly failures: number;
  /** Of these the newest, since a sum with it was opened. */
  readonly inRow: number;
  readonly failedAt: number;
  /** Until when it takes no part, as nobody else was in as many of them. */
  readonly apartUntil: number;
  /** Rounds in a row in which it fell silent. */
  readonly silences: number;
  /** Until when it is drawn last for that. */
  readonly silentUntil: number;
  /** Rounds in a row that had to wait for it alone, for half of the time of a phase or longer. */
  readonly delays: number;
  /** When any of it has changed. */
  readonly changedAt: number;
}

export interface DeviceMark extends Mark {
  readonly task: TaskName;
  readonly device: DeviceId;
}

/** Marks of devices, by task. All throw `storage.*`. */
export interface MarkStore {
  /** Replaces marks, all or none; one that says nothing is taken away. */
  put(marks: readonly DeviceMark[]): Promise<void>;
  /** Those of a task that have changed since a time, ms since 1970, the newest first; `most` of them. */
  since(task: TaskName, time: number, most: number): Promise<readonly DeviceMark[]>;
  /** Those of devices, by task. */
  of(devices: readonly DeviceId[]): Promise<readonly DeviceMark[]>;
  /** Takes away those that have not changed since a time, ms since 1970. */
  prune(task: TaskName, time: number): Promise<void>;
  /** Takes all of a device away. */
  forget(device: DeviceId): Promise<void>;
}

const hour = 3_600_000;
const day = 24 * hour;
/** ms after which a mark is forgotten that has not changed. */
export const rememberedFor = 2 * day;
/** Failures in a row with which a device may be kept apart. */
const mostFailures = 3;
/** ms for which the first silence counts, at least. */
const leastSilence = 60_000;
/** Rounds after which a device is no suspect any more that none of them had among its own; it is one for an hour at least. */
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

/** Whether a mark says nothing. */
export const saysNothing = ({ failures, silences, delays }: Mark): boolean =>
  failures === 0 && silences === 0 && delays === 0;

/** A sum has failed with the device among those of whom one has spoiled it. */
export function failed(mark: Mark, now: number): Mark {
  const { failures, inRow } = now - mark.failedAt > rememberedFor ? unmarked : mark;
  return { ...mark, failures: failures + 1, inRow: inRow + 1, failedAt: now, changedAt: now };
}

/**
 * Keeps the one apart that was in more failed sums than everybody else of `spoilers`, in three at least, and in no other: for an hour, then for twice
 * as long each time, up to a day. Who spoils sums to have another one kept apart was in as many of them.
 */
export function apart(
  spoilers: ReadonlyMap<DeviceId, Mark>,
  now: number,
): readonly [DeviceId, Mark] | undefined {
  const most = Math.max(...Array.from(spoilers.values(), ({ failures }) => failures));
  const [first, second] = [...spoilers].filter(([, { failures }]) => failures === most);
  if (!first || second || first[1].inRow < mostFailures) return undefined;
  const [device, mark] = first;
  const lasts = Math.min(day, hour * 2 ** Math.min(mark.inRow - mostFailures, 10));
  return [device, { ...mark, apartUntil: now + lasts }];
}

/** The device fell silent in a round; `interval`: ms between rounds, the next of which one that is silent for the first time misses in no case. */
export function silent(mark: Mark, now: number, interval: number): Mark {
  const silences = mark.silences + 1;
  const lasts = Math.min(day, Math.max(leastSilence, interval / 2) * 2 ** Math.min(silences - 1, 20));
  return { ...mark, silences, silentUntil: now + lasts, changedAt: now };
}

/** A round had to wait for the device alone. */
export const delaying = (mark: Mark, now: number): Mark => ({
  ...mark,
  delays: mark.delays + 1,
  changedAt: now,
});

/** A sum with the device was opened; `hasDelayed`: its round had to wait for it. */
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

/** Whether a device may have spoiled the sums that it was in. */
export function isSuspect({ inRow, failedAt }: Mark, now: number, interval: number): boolean {
  return inRow > 0 && now - failedAt < Math.max(hour, suspectFor * interval);
}
