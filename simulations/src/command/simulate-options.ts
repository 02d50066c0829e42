import type { Assignment, Sweep } from './runs-asked.ts';

/** What `npm run simulate` was asked for, beside the scenario. */
export interface SimulateOptions {
  readonly json: boolean;
  readonly set: readonly Assignment[];
  readonly sweep: readonly Sweep[];
  readonly seed?: number;
  readonly seeds?: number;
  readonly workers?: number;
  readonly transport?: 'loopback' | 'sockets';
  readonly checkpoint?: string;
  /** A folder, or true for that of the default. */
  readonly report?: string | true;
  readonly mlflow?: string;
}
