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
  readonly parent: string | null;
  readonly round: string | null;
  readonly strategy: string;
  readonly plan_version: number;
  readonly contributors: number;
  /** JSON. */
  readonly metrics: string | null;
  readonly created_at: number;
  /** JSON: numbers, and vectors as the hashes of their blobs. */
  readonly state: string;
}

interface RoundsTable {
  readonly id: Generated<number>;
  readonly task: string;
  readonly number: number;
  readonly round: string;
  readonly plan_version: number;
  readonly base: string;
  readonly started_at: number;
  readonly ended_at: number;
  readonly outcome: 'published' | 'failed';
  readonly model: string | null;
  /** JSON. */
  readonly failure: string | null;
  /** JSON. */
  readonly tally: string;
  /** JSON. */
  readonly metrics: string | null;
  /** JSON. */
  readonly traffic: string;
}

interface DevicesTable {
  readonly id: string;
  readonly public_key: Uint8Array;
  readonly certificate: Uint8Array | null;
  readonly enrolled_at: number;
  readonly revoked_at: number | null;
}

interface RoundsUnderWayTable {
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
