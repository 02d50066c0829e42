import type { RedisAddress } from '../queue/address.ts';
import type { Assignment, Sweep } from './runs-asked.ts';

/** What `npm run simulate` was asked for, beside the scenario. */
export interface SimulateOptions {
  readonly json: boolean;
  /** What the runs are called. */
  readonly name?: string;
  /** What a person wants to remember of them. */
  readonly notes?: string;
  readonly set: readonly Assignment[];
  readonly sweep: readonly Sweep[];
  readonly seed?: number;
  readonly seeds?: number;
  /** Threads, or the Redis whose workers train. */
  readonly workers?: number | RedisAddress;
  readonly transport?: 'loopback' | 'sockets';
  readonly checkpoint?: string;
  /** A folder, or true for that of the default. */
  readonly report?: string | true;
  readonly mlflow?: string;
}
