import { memoryTracking } from '@murmuration/coordinator/lifecycle/tracking/operations';
import { memoryQueue } from '@murmuration/coordinator/lifecycle/tracking/queue';
import { memoryActivity } from '@murmuration/coordinator/storage/memory/activity';
import { memoryAddedTasks } from '@murmuration/coordinator/storage/memory/added-tasks';
import { memoryAddedWords } from '@murmuration/coordinator/storage/memory/added-words';
import { memoryAliases } from '@murmuration/coordinator/storage/memory/aliases';
import { memoryAudit } from '@murmuration/coordinator/storage/memory/audit';
import { memoryConvictions } from '@murmuration/coordinator/storage/memory/convictions';
import { memoryDevices } from '@murmuration/coordinator/storage/memory/devices';
import { memoryExperiments } from '@murmuration/coordinator/storage/memory/experiments';
import { memoryGateDecisions } from '@murmuration/coordinator/storage/memory/gate-decisions';
import { memoryHistory } from '@murmuration/coordinator/storage/memory/history';
import { memoryHourlyCounts } from '@murmuration/coordinator/storage/memory/hourly-counts';
import { memoryMarks } from '@murmuration/coordinator/storage/memory/marks';
import { memoryPausedTasks } from '@murmuration/coordinator/storage/memory/paused-tasks';
import { memoryPrivacy } from '@murmuration/coordinator/storage/memory/privacy';
import { memoryPromotionWatches } from '@murmuration/coordinator/storage/memory/promotion-watches';
import { memoryQueryResults } from '@murmuration/coordinator/storage/memory/query-results';
import { memoryRejectedWords } from '@murmuration/coordinator/storage/memory/rejected-words';
import { memoryRuns } from '@murmuration/coordinator/storage/memory/runs';
import { memorySessions } from '@murmuration/coordinator/storage/memory/sessions';
import { memorySettings } from '@murmuration/coordinator/storage/memory/settings';
import { memorySilences } from '@murmuration/coordinator/storage/memory/silences';
import {
  memoryEnrolmentTokens,
  memoryInferenceTokens,
  memoryOperatorTokens,
} from '@murmuration/coordinator/storage/memory/tokens';
import { memoryVerdicts } from '@murmuration/coordinator/storage/memory/verdicts';
import { openStorage } from '@murmuration/coordinator/storage/storage';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { memoryAccuracy } from '@murmuration/serving/monitor/accuracy-store';
import { memoryDrift } from '@murmuration/serving/monitor/drift/drift-store';
import { accuracyStoreContract } from '../../../contract/accuracy-store.ts';
import { activityContract } from '../../../contract/activity.ts';
import { auditContract } from '../../../contract/audit.ts';
import { convictionsContract } from '../../../contract/convictions.ts';
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
  rejectedWordsContract,
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

enrolmentTokensContract('memory', async () => memoryEnrolmentTokens());
sessionsContract('memory', async () => memorySessions());
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
trackingStoreContract('memory', async () => memoryTracking());
trackingQueueContract('memory of events', async () => memoryQueue(), lineageSamples);
accuracyStoreContract('memory', async () => memoryAccuracy());
driftStoreContract('memory', async () => memoryDrift());
privacyLedgerContract('memory', async () => memoryPrivacy());
trainingRunsContract('memory', async () => memoryRuns());
pausedTasksContract('memory', async () => memoryPausedTasks());
verdictsContract('memory', async () => {
  const verdicts = memoryVerdicts();
  return { verdicts, history: memoryHistory(undefined, verdicts) };
});
queryResultsContract('memory', async () => {
  const queryResults = memoryQueryResults();
  return { queryResults, history: memoryHistory(undefined, undefined, queryResults) };
});
aliasesContract('memory', async () => memoryAliases());
settingsContract('memory', async () => memorySettings());
hourlyCountsContract('memory', async () => memoryHourlyCounts());
addedTasksContract('memory', async () => memoryAddedTasks());
addedWordsContract('memory', async () => memoryAddedWords());
rejectedWordsContract('memory', async () => {
  const added = memoryAddedWords();
  return { added, rejected: memoryRejectedWords(added) };
});
silencesContract('memory', async () => memorySilences());
gateDecisionsContract('memory', async () => memoryGateDecisions());
promotionWatchesContract('memory', async () => memoryPromotionWatches());
experimentsContract('memory', async () => memoryExperiments());
