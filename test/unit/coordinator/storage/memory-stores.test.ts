import { type TrackingOperation, trackedAliasesIn } from '@murmuration/lifecycle/tracking/operations';
import { memoryQueue } from '@murmuration/lifecycle/tracking/queue';
import { runsIn } from '@murmuration/lifecycle/training-runs/store';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { sessionsIn } from '@murmuration/rounds/operators/session-store';
import { aliasesIn } from '@murmuration/rounds/registry/aliases';
import { gateDecisionsIn } from '@murmuration/rounds/registry/gate-decisions';
import { promotionWatchesIn } from '@murmuration/rounds/registry/promotion-watches';
import { queryResultsIn } from '@murmuration/rounds/registry/query-results';
import { pausedTasksIn } from '@murmuration/rounds/rounds/pauses';
import { addedTasksIn } from '@murmuration/rounds/task/added-tasks';
import { settingsIn } from '@murmuration/rounds/task/settings-store';
import { addedWordsIn } from '@murmuration/rounds/vocabulary/added-words';
import { memoryDrift } from '@murmuration/serving/monitor/drift/drift-store';
import { memoryActivity } from '@murmuration/storage/memory/activity';
import { memoryAudit } from '@murmuration/storage/memory/audit';
import { memoryConvictions } from '@murmuration/storage/memory/convictions';
import { memoryDevices } from '@murmuration/storage/memory/devices';
import { memoryDocuments } from '@murmuration/storage/memory/documents';
import { memoryExperiments } from '@murmuration/storage/memory/experiments';
import { memoryHistory } from '@murmuration/storage/memory/history';
import { memoryHourlyCounts } from '@murmuration/storage/memory/hourly-counts';
import { memoryMarks } from '@murmuration/storage/memory/marks';
import { memoryPrivacy } from '@murmuration/storage/memory/privacy';
import {
  memoryEnrolmentTokens,
  memoryInferenceTokens,
  memoryOperatorTokens,
} from '@murmuration/storage/memory/tokens';
import { memoryVerdicts } from '@murmuration/storage/memory/verdicts';
import { accuracyIn } from '@murmuration/storage/operation/accuracy-store';
import { silencesIn } from '@murmuration/storage/operation/attention';
import { openStorage } from '@murmuration/storage/storage';
import { accuracyStoreContract } from '../../../contract/accuracy-store.ts';
import { activityContract } from '../../../contract/activity.ts';
import { auditContract } from '../../../contract/audit.ts';
import { convictionsContract } from '../../../contract/convictions.ts';
import { documentsContract } from '../../../contract/documents.ts';
import { driftStoreContract } from '../../../contract/drift-store.ts';
import { enrolmentTokensContract } from '../../../contract/enrolment-tokens.ts';
import { experimentsContract } from '../../../contract/experiments.ts';
import { gateDecisionsContract } from '../../../contract/gate-decisions.ts';
import { inferenceTokensContract } from '../../../contract/inference-tokens.ts';
import { lineageSamples } from '../../../contract/lineage-samples.ts';
import { marksContract } from '../../../contract/marks.ts';
import {
  addedTasksContract,
  addedWordsContract,
  aliasesContract,
  hourlyCountsContract,
  settingsContract,
  silencesContract,
} from '../../../contract/operation.ts';
import { operatorTokensContract } from '../../../contract/operator-tokens.ts';
import { ownActsContract } from '../../../contract/own-acts.ts';
import { pausedTasksContract } from '../../../contract/paused-tasks.ts';
import { privacyLedgerContract } from '../../../contract/privacy-ledger.ts';
import { promotionWatchesContract } from '../../../contract/promotion-watches.ts';
import { queryResultsContract } from '../../../contract/query-results.ts';
import { sessionsContract } from '../../../contract/sessions.ts';
import { trackingQueueContract } from '../../../contract/tracking-queue.ts';
import { trackingStoreContract } from '../../../contract/tracking-store.ts';
import { trainingRunsContract } from '../../../contract/training-runs.ts';
import { verdictsContract } from '../../../contract/verdicts.ts';

documentsContract('memory', async () => {
  const audit = memoryAudit();
  return { documents: memoryDocuments(audit), audit };
});
enrolmentTokensContract('memory', async () => memoryEnrolmentTokens());
sessionsContract('memory', async () => sessionsIn(memoryDocuments()));
operatorTokensContract('memory', async () => memoryOperatorTokens());
inferenceTokensContract('memory', async () => memoryInferenceTokens());
auditContract('memory', async () => memoryAudit());
ownActsContract('memory', () => openStorage(undefined, new VirtualClock()));
activityContract('memory', async () => {
  const devices = memoryDevices();
  return { activity: memoryActivity(devices), devices };
});
convictionsContract('memory', async () => memoryConvictions());
marksContract('memory', async () => memoryMarks());
trackingStoreContract('memory', async () => ({
  ...memoryQueue<TrackingOperation>(),
  ...trackedAliasesIn(memoryDocuments()),
}));
trackingQueueContract('memory of events', async () => memoryQueue(), lineageSamples);
accuracyStoreContract('memory', async () => accuracyIn(memoryDocuments()));
driftStoreContract('memory', async () => memoryDrift());
privacyLedgerContract('memory', async () => memoryPrivacy());
trainingRunsContract('memory', async () => runsIn(memoryDocuments()));
pausedTasksContract('memory', async () => pausedTasksIn(memoryDocuments()));
verdictsContract('memory', async () => {
  const verdicts = memoryVerdicts();
  return { verdicts, history: memoryHistory(undefined, verdicts) };
});
queryResultsContract('memory', async () => {
  const documents = memoryDocuments();
  return { queryResults: queryResultsIn(documents), history: memoryHistory(undefined, undefined, documents) };
});
aliasesContract('memory', async () => aliasesIn(memoryDocuments()));
settingsContract('memory', async () => settingsIn(memoryDocuments()));
hourlyCountsContract('memory', async () => memoryHourlyCounts());
addedTasksContract('memory', async () => addedTasksIn(memoryDocuments()));
addedWordsContract('memory', async () => addedWordsIn(memoryDocuments()));
silencesContract('memory', async () => silencesIn(memoryDocuments()));
gateDecisionsContract('memory', async () => gateDecisionsIn(memoryDocuments()));
promotionWatchesContract('memory', async () => promotionWatchesIn(memoryDocuments()));
experimentsContract('memory', async () => memoryExperiments());
