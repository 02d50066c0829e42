import type { Generated } from 'kysely';

/** What the tables hold; `migrations/` makes them. Times are ms since 1970; JSON is text. */
export interface Tables {
  readonly versions: VersionsTable;
  readonly rounds: RoundsTable;
  readonly devices: DevicesTable;
  readonly rounds_under_way: RoundsUnderWayTable;
  readonly journal: JournalTable;
}

interface VersionsTable {
  readonly id: Generated<number>;
  readonly task: string;
  readonly number: number;
  readonly model: string;
  /** JSON of a `ModelVersion`. */
  readonly version: string;
  /** JSON of a `StrategyState`, its vectors as the hashes of their blobs. */
  readonly state: string;
}

interface RoundsTable {
  readonly id: Generated<number>;
  readonly task: string;
  readonly number: number;
  readonly round: string;
  readonly ended_at: number;
  /** JSON of a `RoundRecord`. */
  readonly record: string;
}

interface DevicesTable {
  readonly id: string;
  readonly public_key: Uint8Array;
  readonly certificate: Uint8Array | null;
  readonly enrolled_at: number;
  readonly revoked_at: number | null;
}

interface RoundsUnderWayTable {
  readonly id: Generated<number>;
  readonly round: string;
  /** MessagePack. */
  readonly terms: Uint8Array;
}

interface JournalTable {
  readonly id: Generated<number>;
  readonly round: string;
  /** MessagePack. */
  readonly entry: Uint8Array;
}
