import type { RedisAddress } from '../queue/address.ts';
import type { SettingAssignment, Sweep } from './runs-asked.ts';

/** Options of `npm run simulate`. */
export interface SimulateOptions {
  readonly json: boolean;
  /** Name of the runs. */
  readonly name?: string;
  /** Free-form notes on the runs. */
  readonly notes?: string;
  readonly set: readonly SettingAssignment[];
  readonly sweep: readonly Sweep[];
  readonly seed?: number;
  readonly seeds?: number;
  /** Number of threads, or the Redis whose workers train. */
  readonly workers?: number | RedisAddress;
  readonly transport?: 'loopback' | 'sockets';
  readonly checkpoint?: string;
  /** Folder; true for the default one. */
  readonly report?: string | true;
  /** True if a page shows the runs while they go on. */
  readonly live?: boolean;
  readonly mlflow?: string;
}
