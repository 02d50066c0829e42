import type { Clock } from '@murmuration/protocol/time/clock';
import { type AccuracyStore, memoryAccuracy } from '@murmuration/serving/monitor/accuracy-store';
import { type DriftStore, memoryDrift } from '@murmuration/serving/monitor/drift/drift-store';
import { isPostgresql } from '@murmuration/sql/postgresql/address';
import type { AnsweredChallenges } from '../cells/answered-challenges.ts';
import type { TaskLeases } from '../cells/ports.ts';
import type { ExperimentStore } from '../lifecycle/experiments/experiment.ts';
import type { LineageOperation } from '../lifecycle/tracking/openlineage/run-event.ts';
import { memoryTracking, type TrackingStore } from '../lifecycle/tracking/operations.ts';
import { memoryQueue, type TrackingQueue } from '../lifecycle/tracking/queue.ts';
import type { RunStore } from '../lifecycle/training-runs/store.ts';
import type { AuditLog } from '../operators/audit.ts';
import type { OperatorTokenStore } from '../operators/operator-token.ts';
import type { SessionStore } from '../operators/session-store.ts';
import type { ActivityStore } from '../population/activity.ts';
import type { ConvictionStore } from '../population/convictions.ts';
import type { DeviceStore } from '../population/device.ts';
import type { EnrolmentTokenStore } from '../population/enrolment-token.ts';
import type { MarkStore } from '../population/mark.ts';
import type { PrivacyLedger } from '../privacy/ledger.ts';
import type { AliasStore } from '../registry/aliases.ts';
import type { GateDecisionStore } from '../registry/gate-decisions.ts';
import type { BlobStore, History } from '../registry/ports.ts';
import type { PromotionWatchStore } from '../registry/promotion-watches.ts';
import type { QueryResultStore } from '../registry/query-results.ts';
import type { VerdictStore } from '../registry/verdicts.ts';
import type { PartStore } from '../round/parts.ts';
import type { RoundStore } from '../round/store.ts';
import type { PausedTasks } from '../rounds/pauses.ts';
import type { AddedTaskStore } from '../task/added-tasks.ts';
import type { AddedWordsStore } from '../task/added-words.ts';
import type { RejectedWordsStore } from '../task/rejected-words.ts';
import type { SettingsStore } from '../task/settings-store.ts';
import type { SilenceStore } from '../telemetry/alerts/attention.ts';
import type { HourlyCountStore } from '../telemetry/hourly-counts.ts';
import type { InferenceTokenStore } from '../tokens/inference-token.ts';
import { memoryActivity } from './memory/activity.ts';
import { memoryAddedTasks } from './memory/added-tasks.ts';
import { memoryAddedWords } from './memory/added-words.ts';
import { memoryAliases } from './memory/aliases.ts';
import { memoryAudit } from './memory/audit.ts';
import { memoryBlobs } from './memory/blobs.ts';
import { memoryConvictions } from './memory/convictions.ts';
import { memoryDevices } from './memory/devices.ts';
import { memoryExperiments } from './memory/experiments.ts';
import { memoryGateDecisions } from './memory/gate-decisions.ts';
import { memoryHistory } from './memory/history.ts';
import { memoryHourlyCounts } from './memory/hourly-counts.ts';
import { memoryMarks } from './memory/marks.ts';
import { memoryPausedTasks } from './memory/paused-tasks.ts';
import { memoryPrivacy } from './memory/privacy.ts';
import { memoryPromotionWatches } from './memory/promotion-watches.ts';
import { memoryQueryResults } from './memory/query-results.ts';
import { memoryRejectedWords } from './memory/rejected-words.ts';
import { MemoryRounds } from './memory/rounds.ts';
import { memoryRuns } from './memory/runs.ts';
import { memorySessions } from './memory/sessions.ts';
import { memorySettings } from './memory/settings.ts';
import { memorySilences } from './memory/silences.ts';
import { memoryEnrolmentTokens, memoryInferenceTokens, memoryOperatorTokens } from './memory/tokens.ts';
import { memoryVerdicts } from './memory/verdicts.ts';
import type { PostgresqlStorageOptions } from './postgresql/storage.ts';

/** All that a coordinator keeps. */
export interface Storage {
  /** Whether it is there again after a restart. */
  readonly durable: boolean;
  readonly blobs: BlobStore;
  readonly history: History;
  readonly rounds: RoundStore;
  readonly parts: PartStore;
  readonly devices: DeviceStore;
  readonly enrolmentTokens: EnrolmentTokenStore;
  readonly operatorTokens: OperatorTokenStore;
  readonly inferenceTokens: InferenceTokenStore;
  readonly sessions: SessionStore;
  readonly audit: AuditLog;
  readonly activity: ActivityStore;
  readonly convictions: ConvictionStore;
  readonly marks: MarkStore;
  readonly privacy: PrivacyLedger;
  readonly drift: DriftStore;
  readonly accuracy: AccuracyStore;
  readonly tracking: TrackingStore;
  readonly lineage: TrackingQueue<LineageOperation>;
  readonly runs: RunStore;
  readonly pausedTasks: PausedTasks;
  readonly verdicts: VerdictStore;
  readonly queryResults: QueryResultStore;
  readonly aliases: AliasStore;
  readonly gateDecisions: GateDecisionStore;
  readonly experiments: ExperimentStore;
  readonly promotionWatches: PromotionWatchStore;
  readonly settings: SettingsStore;
  readonly addedTasks: AddedTaskStore;
  readonly addedWords: AddedWordsStore;
  readonly rejectedWords: RejectedWordsStore;
  readonly hourlyCounts: HourlyCountStore;
  readonly silences: SilenceStore;
  /** Of a database that cells and fronts share. */
  readonly leases?: TaskLeases;
  /** Of a database that fronts share. */
  readonly challenges?: AnsweredChallenges;
  /** Writes a little, by which is seen whether anything can be written. Throws `storage.*`. */
  probe(): Promise<void>;
  /** ms between two calls of `probe`, by which other processes know that this one goes on; null: they go by nothing, and it is called after a failure. */
  readonly probeEvery: number | null;
  /** Lets go of the folder or the database once what is under way is done; nothing can be read or written afterwards. */
  close(): Promise<void>;
}

/**
 * The storage in a folder, which is made where there is none, or in a database of PostgreSQL (`postgres://…`); it belongs to this process
 * until `close`. Without a place it is in memory. With `waiting` a process waits for a database that another one has, is told so, and takes
 * over when that one ends. Throws `storage.in-use` where another process has the place, `storage.newer` where a newer version wrote it, and
 * any other `storage.*` where it can't be read and written.
 */
export async function openStorage(
  place: string | undefined,
  clock: Clock,
  options: PostgresqlStorageOptions = {},
): Promise<Storage> {
  if (place === undefined) return memoryStorage(clock);
  if (isPostgresql(place)) {
    const { openPostgresqlStorage } = await import('./postgresql/storage.ts');
    return openPostgresqlStorage(place, clock, options);
  }
  // Only now, since there are platforms without its native library.
  const { openFolder } = await import('./folder.ts');
  return openFolder(place, clock);
}

function memoryStorage(clock: Clock): Storage {
  const rounds = new MemoryRounds();
  const verdicts = memoryVerdicts();
  const queryResults = memoryQueryResults();
  const devices = memoryDevices();
  const audit = memoryAudit();
  const addedWords = memoryAddedWords(audit);
  return {
    durable: false,
    blobs: memoryBlobs(clock),
    history: memoryHistory(rounds, verdicts, queryResults, audit),
    rounds,
    parts: rounds.parts,
    devices,
    enrolmentTokens: memoryEnrolmentTokens(),
    operatorTokens: memoryOperatorTokens(),
    inferenceTokens: memoryInferenceTokens(),
    sessions: memorySessions(),
    audit,
    activity: memoryActivity(devices),
    convictions: memoryConvictions(),
    marks: memoryMarks(),
    privacy: memoryPrivacy(),
    drift: memoryDrift(),
    accuracy: memoryAccuracy(),
    tracking: memoryTracking(),
    lineage: memoryQueue(),
    runs: memoryRuns(audit),
    pausedTasks: memoryPausedTasks(),
    verdicts,
    queryResults,
    aliases: memoryAliases(audit),
    gateDecisions: memoryGateDecisions(audit),
    experiments: memoryExperiments(audit),
    promotionWatches: memoryPromotionWatches(),
    settings: memorySettings(),
    addedTasks: memoryAddedTasks(),
    addedWords,
    rejectedWords: memoryRejectedWords(addedWords),
    hourlyCounts: memoryHourlyCounts(),
    silences: memorySilences(),
    async probe() {},
    probeEvery: null,
    async close() {},
  };
}
