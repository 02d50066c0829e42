import type { Platform } from '@murmuration/client-sdk/client/platform';
import type { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import type { CoordinatorEvents } from '@murmuration/rounds/events/events';
import type { TaskRounds } from '@murmuration/rounds/rounds/task-rounds';
import type { Storage } from '@murmuration/storage/storage';

/** The coordinator of a run, and the devices' way to it. */
export interface Coordination {
  /** Where devices connect to. */
  readonly url: string;
  readonly events: CoordinatorEvents;
  readonly rounds: TaskRounds;
  readonly storage: Storage;
  readonly transport: (device: number) => Platform['transport'];
  /** The network of a device is gone, at once. */
  cut(device: number): void;
  start(): Promise<void>;
  /** Lets time pass until `isOver` says so. */
  pass(isOver: () => boolean): Promise<void>;
  close(): Promise<void>;
  readonly virtual: VirtualClock | undefined;
}
