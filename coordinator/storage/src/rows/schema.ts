import type { Generated } from 'kysely';

/** Tables, which `migrations/` create. Times are ms since 1970; JSON is text. */
export interface Tables {
  readonly versions: VersionsTable;
  readonly rounds: RoundsTable;
  readonly devices: DevicesTable;
  readonly rounds_under_way: RoundsUnderWayTable;
  readonly journal: JournalTable;
  readonly round_parts: RoundPartsTable;
  readonly enrolment_tokens: EnrolmentTokensTable;
  readonly enrolment_uses: { readonly token: string; readonly device: string };
  readonly operator_tokens: OperatorTokensTable;
  readonly inference_tokens: InferenceTokensTable;
  readonly audit: AuditTable;
  readonly device_activity: DeviceActivityTable;
  readonly participation: ParticipationTable;
  readonly experiments: ExperimentsTable;
  readonly experiment_units: ExperimentUnitsTable;
  readonly hourly_counts: HourlyCountsTable;
  readonly documents: DocumentsTable;
  readonly owner: OwnerTable;
  readonly convictions: ConvictionsTable;
  readonly device_marks: DeviceMarksTable;
  readonly privacy_budgets: PrivacyBudgetsTable;
  readonly privacy_steps: PrivacyStepsTable;
  readonly privacy_parts: PrivacyPartsTable;
  readonly privacy_memories: PrivacyMemoriesTable;
  readonly tracking_queue: QueueTable;
  readonly lineage_queue: QueueTable;
  readonly drift_references: DriftReferencesTable;
  readonly drift_windows: DriftWindowsTable;
  readonly drift_settings: { readonly model: string /** JSON. */; readonly settings: string };
  readonly verdicts: { readonly model: string; readonly kept: number; readonly refused: number };
}

interface DocumentsTable {
  readonly kind: string;
  readonly scope: string;
  readonly key: string;
  readonly at: number;
  /** JSON. */
  readonly value: string;
}

interface QueueTable {
  readonly number: Generated<number>;
  readonly kind: string;
  /** JSON of the operation that waits. */
  readonly operation: string;
}

interface DriftReferencesTable {
  readonly number: Generated<number>;
  readonly model: string;
  readonly version: string;
  /** JSON of a `DriftReference`. */
  readonly reference: string;
}

interface DriftWindowsTable {
  readonly number: Generated<number>;
  readonly model: string;
  readonly version: string;
  /** JSON of a `DriftWindow`. */
  readonly window: string;
}

interface PrivacyBudgetsTable {
  readonly number: Generated<number>;
  readonly id: string;
  readonly task: string;
  /** JSON of a `TaskPrivacy`. */
  readonly terms: string;
  readonly opened_at: number;
}

interface PrivacyStepsTable {
  readonly budget: string;
  readonly step: number;
  readonly round: string;
  /** Seed of the noise; null once no noise depends on it any more. */
  readonly seed: Uint8Array | null;
  /** Updates in the sum; null in rows from before this was stored. */
  readonly counted: number | null;
}

interface PrivacyMemoriesTable {
  readonly budget: string;
  /** Step whose noise uses this memory. */
  readonly step: number;
  readonly piece: number;
  readonly bytes: Uint8Array;
}

interface PrivacyPartsTable {
  readonly budget: string;
  readonly device: string;
  readonly step: number;
  readonly parts: number;
}

interface OwnerTable {
  /** Always 1. */
  readonly id: number;
  readonly token: string;
  /** Identity of the process; empty if the system has none. */
  readonly process: string;
  readonly pid: number;
  /** Device and inode of the database, so that a copy has no owner. */
  readonly file: string;
}

interface ConvictionsTable {
  readonly device: string;
  readonly round: string;
  readonly code: string;
  readonly time: number;
  /** 0 or 1. */
  readonly is_pardoned: number;
}

interface DeviceMarksTable {
  readonly task: string;
  readonly device: string;
  readonly failures: number;
  readonly in_row: number;
  readonly failed_at: number;
  readonly apart_until: number;
  readonly silences: number;
  readonly silent_until: number;
  readonly delays: number;
  readonly changed_at: number;
}

interface VersionsTable {
  readonly id: Generated<number>;
  readonly task: string;
  readonly number: number;
  readonly model: string;
  /** JSON of a `ModelVersion`. */
  readonly version: string;
  /** JSON of a `StrategyState`, with vectors as the hashes of their blobs. */
  readonly state: string;
}

interface RoundsTable {
  readonly id: Generated<number>;
  readonly task: string;
  readonly number: number;
  readonly round: string;
  readonly ended_at: number;
  readonly outcome: string;
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

interface RoundPartsTable {
  readonly round: string;
  readonly part: number;
  /** MessagePack of a `PartResult`. */
  readonly result: Uint8Array;
  /** Sum of the part's aggregate; null if it failed. */
  readonly sum: Uint8Array | null;
}

interface JournalTable {
  readonly id: Generated<number>;
  readonly round: string;
  /** MessagePack. */
  readonly entry: Uint8Array;
}

interface EnrolmentTokensTable {
  readonly id: string;
  /** SHA-256 of the token. */
  readonly digest: Uint8Array;
  readonly name: string;
  readonly max_uses: number | null;
  readonly uses: number;
  readonly created_at: number;
  readonly expires_at: number | null;
  readonly revoked_at: number | null;
}

interface OperatorTokensTable {
  readonly id: string;
  /** SHA-256 of the token. */
  readonly digest: Uint8Array;
  readonly name: string;
  readonly role: string;
  readonly created_at: number;
  readonly expires_at: number | null;
  readonly revoked_at: number | null;
}

interface InferenceTokensTable {
  readonly id: string;
  /** SHA-256 of the token. */
  readonly digest: Uint8Array;
  readonly name: string;
  /** JSON, like `models`, `rate` and `quota`. */
  readonly rights: string;
  readonly models: string | null;
  readonly rate: string | null;
  readonly quota: string | null;
  readonly created_at: number;
  readonly expires_at: number | null;
  readonly revoked_at: number | null;
}

interface AuditTable {
  readonly number: Generated<number>;
  readonly time: number;
  readonly actor_id: string;
  readonly actor_name: string;
  readonly action: string;
  readonly subject: string;
  readonly outcome: string;
  /** JSON; null without changes. */
  readonly changes: string | null;
  /** Number of the `begun` entry that this one completes; null without one. */
  readonly begun: number | null;
}

interface DeviceActivityTable {
  readonly device: string;
  readonly seen_at: number;
  readonly platform: string;
  readonly sdk: string;
}

interface ParticipationTable {
  readonly device: string;
  readonly task: string;
  readonly rounds: number;
  readonly updates: number;
  readonly last_at: number;
}

interface ExperimentsTable {
  readonly number: Generated<number>;
  readonly id: string;
  readonly task: string;
  /** JSON of an `Experiment`. */
  readonly experiment: string;
  /** JSON of `ExperimentCounts`; null before the first measurement. */
  readonly counts: string | null;
}

interface ExperimentUnitsTable {
  readonly experiment: string;
  readonly unit: string;
  readonly arm: string;
  /** 0 or 1. */
  readonly failed: number;
  readonly ms: number;
  readonly value: number | null;
  readonly covariate: number | null;
}

interface HourlyCountsTable {
  readonly hour: number;
  readonly series: string;
  readonly task: string;
  readonly name: string;
  readonly count: number;
}
