import type { LineageOperation } from '@murmuration/lifecycle/tracking/openlineage/run-event';
import { type TrackingOperation, trackedAliasesIn } from '@murmuration/lifecycle/tracking/operations';
import { memoryQueue } from '@murmuration/lifecycle/tracking/queue';
import type { Clock } from '@murmuration/protocol/time/clock';
import { memoryDrift } from '@murmuration/serving/monitor/drift/drift-store';
import { documentStores } from '../operation/document-stores.ts';
import { memoryActivity } from './activity.ts';
import { memoryAudit } from './audit.ts';
import { memoryBlobs } from './blobs.ts';
import { memoryConvictions } from './convictions.ts';
import { memoryDevices } from './devices.ts';
import { memoryDocuments } from './documents.ts';
import { memoryExperiments } from './experiments.ts';
import { memoryHistory } from './history.ts';
import { memoryHourlyCounts } from './hourly-counts.ts';
import { memoryMarks } from './marks.ts';
import { memoryPrivacy } from './privacy.ts';
import { MemoryRounds } from './rounds.ts';
import { memoryEnrolmentTokens, memoryInferenceTokens, memoryOperatorTokens } from './tokens.ts';
import { memoryVerdicts } from './verdicts.ts';

/** Makes a storage in memory, until the process ends. Loads no database. */
export function memoryStorage(clock: Clock) {
  const rounds = new MemoryRounds();
  const verdicts = memoryVerdicts();
  const devices = memoryDevices();
  const audit = memoryAudit();
  const documents = memoryDocuments(audit);
  return {
    ...documentStores(documents),
    durable: false,
    blobs: memoryBlobs(clock),
    history: memoryHistory(rounds, verdicts, documents, audit),
    rounds,
    parts: rounds.parts,
    devices,
    enrolmentTokens: memoryEnrolmentTokens(),
    operatorTokens: memoryOperatorTokens(),
    inferenceTokens: memoryInferenceTokens(),
    audit,
    activity: memoryActivity(devices),
    convictions: memoryConvictions(),
    marks: memoryMarks(),
    privacy: memoryPrivacy(),
    drift: memoryDrift(),
    tracking: { ...memoryQueue<TrackingOperation>(), ...trackedAliasesIn(documents) },
    lineage: memoryQueue<LineageOperation>(),
    verdicts,
    experiments: memoryExperiments(audit),
    hourlyCounts: memoryHourlyCounts(),
    async probe() {},
    probeEvery: null,
    async close() {},
  };
}
