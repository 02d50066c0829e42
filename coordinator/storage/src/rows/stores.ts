import type { LineageOperation } from '@murmuration/lifecycle/tracking/openlineage/run-event';
import { type TrackingOperation, trackedAliasesIn } from '@murmuration/lifecycle/tracking/operations';
import { documentStores } from '../operation/document-stores.ts';
import { sqlActivity } from './activity.ts';
import { sqlAudit } from './audit.ts';
import { sqlConvictions } from './convictions.ts';
import type { RowDatabase } from './database.ts';
import { sqlDevices } from './devices.ts';
import { sqlDocuments } from './documents.ts';
import { sqlDrift } from './drift.ts';
import { sqlExperiments } from './experiments.ts';
import { sqlHourlyCounts } from './hourly-counts.ts';
import { sqlMarks } from './marks.ts';
import { sqlPrivacy } from './privacy.ts';
import { sqlEnrolmentTokens, sqlInferenceTokens, sqlOperatorTokens } from './tokens.ts';
import { sqlQueue } from './tracking-queue.ts';
import { sqlVerdicts } from './verdicts.ts';

/** Makes the stores that consist only of rows. */
export function rowStores(database: RowDatabase) {
  const documents = sqlDocuments(database);
  return {
    ...documentStores(documents),
    devices: sqlDevices(database),
    enrolmentTokens: sqlEnrolmentTokens(database),
    operatorTokens: sqlOperatorTokens(database),
    inferenceTokens: sqlInferenceTokens(database),
    audit: sqlAudit(database),
    activity: sqlActivity(database),
    convictions: sqlConvictions(database),
    marks: sqlMarks(database),
    privacy: sqlPrivacy(database),
    drift: sqlDrift(database),
    tracking: { ...sqlQueue<TrackingOperation>(database, 'tracking_queue'), ...trackedAliasesIn(documents) },
    lineage: sqlQueue<LineageOperation>(database, 'lineage_queue'),
    verdicts: sqlVerdicts(database),
    experiments: sqlExperiments(database),
    hourlyCounts: sqlHourlyCounts(database),
  };
}
