import type { LineageOperation } from '../../lifecycle/tracking/openlineage/run-event.ts';
import { sqlActivity } from './activity.ts';
import { sqlAddedTasks } from './added-tasks.ts';
import { sqlAddedWords } from './added-words.ts';
import { sqlAliases } from './aliases.ts';
import { sqlAudit } from './audit.ts';
import { sqlConvictions } from './convictions.ts';
import type { RowDatabase } from './database.ts';
import { sqlDevices } from './devices.ts';
import { sqlDrift } from './drift.ts';
import { sqlExperiments } from './experiments.ts';
import { sqlGateDecisions } from './gate-decisions.ts';
import { sqlHourlyCounts } from './hourly-counts.ts';
import { sqlAccuracy } from './live-accuracy.ts';
import { sqlMarks } from './marks.ts';
import { sqlPausedTasks } from './paused-tasks.ts';
import { sqlPrivacy } from './privacy.ts';
import { sqlPromotionWatches } from './promotion-watches.ts';
import { sqlQueryResults } from './query-results.ts';
import { sqlRejectedWords } from './rejected-words.ts';
import { sqlRuns } from './runs.ts';
import { sqlSessions } from './sessions.ts';
import { sqlSettings } from './settings.ts';
import { sqlSilences } from './silences.ts';
import { sqlEnrolmentTokens, sqlInferenceTokens, sqlOperatorTokens } from './tokens.ts';
import { sqlTracking } from './tracking.ts';
import { sqlQueue } from './tracking-queue.ts';
import { sqlVerdicts } from './verdicts.ts';

/** What a coordinator keeps only in rows. */
export function rowStores(database: RowDatabase) {
  return {
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
    accuracy: sqlAccuracy(database),
    tracking: sqlTracking(database),
    lineage: sqlQueue<LineageOperation>(database, 'lineage_queue'),
    runs: sqlRuns(database),
    pausedTasks: sqlPausedTasks(database),
    verdicts: sqlVerdicts(database),
    queryResults: sqlQueryResults(database),
    aliases: sqlAliases(database),
    gateDecisions: sqlGateDecisions(database),
    experiments: sqlExperiments(database),
    promotionWatches: sqlPromotionWatches(database),
    settings: sqlSettings(database),
    addedTasks: sqlAddedTasks(database),
    addedWords: sqlAddedWords(database),
    rejectedWords: sqlRejectedWords(database),
    sessions: sqlSessions(database),
    silences: sqlSilences(database),
    hourlyCounts: sqlHourlyCounts(database),
  };
}
