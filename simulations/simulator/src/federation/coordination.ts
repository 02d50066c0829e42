import type { Platform } from '@murmuration/client-sdk/client/platform';
import type { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import type { CoordinatorEvents } from '@murmuration/rounds/events/events';
import type { TaskRounds } from '@murmuration/rounds/rounds/task-rounds';
import type { Stores } from '@murmuration/storage/storage';

/** Coordinator of a run, and the devices' transport to it. */
export interface Coordination {
  /** URL that devices connect to. */
  readonly url: string;
  readonly events: CoordinatorEvents;
  readonly rounds: TaskRounds;
  readonly storage: Stores;
  readonly transport: (device: number) => Platform['transport'];
  /** Cuts a device's network at once. */
  cut(device: number): void;
  start(): Promise<void>;
  /** Lets time pass until `isOver` returns true. */
  pass(isOver: () => boolean): Promise<void>;
  close(): Promise<void>;
  readonly virtual: VirtualClock | undefined;
}
