import type { ExperimentStore } from '@murmuration/lifecycle/experiments/experiment';
import type { LineageOperation } from '@murmuration/lifecycle/tracking/openlineage/run-event';
import type { TrackingStore } from '@murmuration/lifecycle/tracking/operations';
import type { TrackingQueue } from '@murmuration/lifecycle/tracking/queue';
import type { Clock } from '@murmuration/protocol/time/clock';
import type { AuditLog } from '@murmuration/rounds/operators/audit';
import type { OperatorTokenStore } from '@murmuration/rounds/operators/operator-token';
import type { ActivityStore } from '@murmuration/rounds/population/activity';
import type { ConvictionStore } from '@murmuration/rounds/population/convictions';
import type { DeviceStore } from '@murmuration/rounds/population/device';
import type { EnrolmentTokenStore } from '@murmuration/rounds/population/enrolment-token';
import type { MarkStore } from '@murmuration/rounds/population/mark';
import type { PrivacyLedger } from '@murmuration/rounds/privacy/ledger';
import type { BlobStore, History } from '@murmuration/rounds/registry/ports';
import type { VerdictStore } from '@murmuration/rounds/registry/verdicts';
import type { PartStore } from '@murmuration/rounds/round/parts';
import type { RoundStore } from '@murmuration/rounds/round/store';
import type { InferenceTokenStore } from '@murmuration/rounds/tokens/inference-token';
import type { DriftStore } from '@murmuration/serving/monitor/drift/drift-store';
import { isPostgresql } from '@murmuration/sql/postgresql/address';
import type { AnsweredChallenges } from './leases/answered-challenges.ts';
import type { TaskLeases } from './leases/ports.ts';
import { memoryStorage } from './memory/storage.ts';
import type { documentStores } from './operation/document-stores.ts';
import type { HourlyCountStore } from './operation/hourly-counts.ts';
import type { PostgresqlStorageOptions } from './postgresql/storage.ts';

/** Storage of a coordinator. */
export interface Stores extends ReturnType<typeof documentStores> {
  /** True if its data survives a restart. */
  readonly durable: boolean;
  readonly blobs: BlobStore;
  readonly history: History;
  readonly rounds: RoundStore;
  readonly parts: PartStore;
  readonly devices: DeviceStore;
  readonly enrolmentTokens: EnrolmentTokenStore;
  readonly operatorTokens: OperatorTokenStore;
  readonly inferenceTokens: InferenceTokenStore;
  readonly audit: AuditLog;
  readonly activity: ActivityStore;
  readonly convictions: ConvictionStore;
  readonly marks: MarkStore;
  readonly privacy: PrivacyLedger;
  readonly drift: DriftStore;
  readonly tracking: TrackingStore;
  readonly lineage: TrackingQueue<LineageOperation>;
  readonly verdicts: VerdictStore;
  readonly experiments: ExperimentStore;
  readonly hourlyCounts: HourlyCountStore;
  /** Leases of a database that cells and fronts share. */
  readonly leases?: TaskLeases;
  /** Answered challenges of a database that fronts share. */
  readonly challenges?: AnsweredChallenges;
  /** Writes a little, to test if the storage can be written. Throws `storage.*`. */
  probe(): Promise<void>;
  /**
   * ms between two calls of `probe`, which tells other processes that this one is alive; null if it is
   * called only after a failure.
   */
  readonly probeEvery: number | null;
  /**
   * Closes the folder or the database once pending work is done; nothing can be read or written afterwards.
   */
  close(): Promise<void>;
}

/**
 * Opens the storage in a folder, which is created if it doesn't exist, or in a PostgreSQL database
 * (`postgres://…`); it belongs to this process until `close`. Without a place it is in memory. With
 * `waiting`, a process waits for a database that another one has, after a call of it, and takes over when
 * that one ends. Throws `storage.in-use` if another process has the place, `storage.newer` if a newer
 * version wrote it, and other `storage.*` if it can't be read and written.
 */
export async function openStorage(
  place: string | undefined,
  clock: Clock,
  options: PostgresqlStorageOptions = {},
): Promise<Stores> {
  if (place === undefined) return memoryStorage(clock);
  if (isPostgresql(place)) {
    const { openPostgresqlStorage } = await import('./postgresql/storage.ts');
    return openPostgresqlStorage(place, clock, options);
  }
  // Imported here, since some platforms lack its native library.
  const { openFolder } = await import('./folder/folder.ts');
  return openFolder(place, clock);
}
