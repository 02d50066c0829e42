import type { Storage } from '@murmuration/coordinator/storage/storage';
import { accuracyStoreContract } from './accuracy-store.ts';
import { activityContract } from './activity.ts';
import { auditContract } from './audit.ts';
import { convictionsContract } from './convictions.ts';
import { documentsContract } from './documents.ts';
import { driftStoreContract } from './drift-store.ts';
import { enrolmentTokensContract } from './enrolment-tokens.ts';
import { experimentsContract } from './experiments.ts';
import { gateDecisionsContract } from './gate-decisions.ts';
import { inferenceTokensContract } from './inference-tokens.ts';
import { lineageSamples } from './lineage-samples.ts';
import { marksContract } from './marks.ts';
import {
  addedTasksContract,
  addedWordsContract,
  aliasesContract,
  hourlyCountsContract,
  rejectedWordsContract,
  settingsContract,
  silencesContract,
} from './operation.ts';
import { operatorTokensContract } from './operator-tokens.ts';
import { ownActsContract } from './own-acts.ts';
import { pausedTasksContract } from './paused-tasks.ts';
import { privacyLedgerContract } from './privacy-ledger.ts';
import { promotionWatchesContract } from './promotion-watches.ts';
import { queryResultsContract } from './query-results.ts';
import { sessionsContract } from './sessions.ts';
import { trackingQueueContract } from './tracking-queue.ts';
import { trackingStoreContract } from './tracking-store.ts';
import { trainingRunsContract } from './training-runs.ts';
import { verdictsContract } from './verdicts.ts';

/** What every storage that is durable keeps to, beyond its rounds; `open` gives an empty one, `reopen` the one opened last as it is after a restart. */
export function durableStoresContract(
  name: string,
  open: () => Promise<Storage>,
  reopen: () => Promise<Storage>,
): void {
  documentsContract(name, open, reopen);
  enrolmentTokensContract(
    name,
    async () => (await open()).enrolmentTokens,
    async () => (await reopen()).enrolmentTokens,
  );
  operatorTokensContract(
    name,
    async () => (await open()).operatorTokens,
    async () => (await reopen()).operatorTokens,
  );
  inferenceTokensContract(
    name,
    async () => (await open()).inferenceTokens,
    async () => (await reopen()).inferenceTokens,
  );
  sessionsContract(
    name,
    async () => (await open()).sessions,
    async () => (await reopen()).sessions,
  );
  auditContract(
    name,
    async () => (await open()).audit,
    async () => (await reopen()).audit,
  );
  ownActsContract(name, open, reopen);
  activityContract(name, open, async () => (await reopen()).activity);
  convictionsContract(
    name,
    async () => (await open()).convictions,
    async () => (await reopen()).convictions,
  );
  marksContract(
    name,
    async () => (await open()).marks,
    async () => (await reopen()).marks,
  );
  trackingStoreContract(
    name,
    async () => (await open()).tracking,
    async () => (await reopen()).tracking,
  );
  trackingQueueContract(
    `${name} of events`,
    async () => (await open()).lineage,
    lineageSamples,
    async () => (await reopen()).lineage,
  );
  accuracyStoreContract(
    name,
    async () => (await open()).accuracy,
    async () => (await reopen()).accuracy,
  );
  driftStoreContract(
    name,
    async () => (await open()).drift,
    async () => (await reopen()).drift,
  );
  privacyLedgerContract(
    name,
    async () => (await open()).privacy,
    async () => (await reopen()).privacy,
  );
  trainingRunsContract(
    name,
    async () => (await open()).runs,
    async () => (await reopen()).runs,
  );
  pausedTasksContract(
    name,
    async () => (await open()).pausedTasks,
    async () => (await reopen()).pausedTasks,
  );
  verdictsContract(name, open, reopen);
  queryResultsContract(name, open, reopen);
  aliasesContract(
    name,
    async () => (await open()).aliases,
    async () => (await reopen()).aliases,
  );
  settingsContract(
    name,
    async () => (await open()).settings,
    async () => (await reopen()).settings,
  );
  hourlyCountsContract(
    name,
    async () => (await open()).hourlyCounts,
    async () => (await reopen()).hourlyCounts,
  );

  addedTasksContract(
    name,
    async () => (await open()).addedTasks,
    async () => (await reopen()).addedTasks,
  );
  addedWordsContract(
    name,
    async () => (await open()).addedWords,
    async () => (await reopen()).addedWords,
  );
  const words = ({ addedWords: added, rejectedWords: rejected }: Storage) => ({ added, rejected });
  rejectedWordsContract(
    name,
    async () => words(await open()),
    async () => words(await reopen()),
  );
  silencesContract(
    name,
    async () => (await open()).silences,
    async () => (await reopen()).silences,
  );
  gateDecisionsContract(
    name,
    async () => (await open()).gateDecisions,
    async () => (await reopen()).gateDecisions,
  );
  promotionWatchesContract(
    name,
    async () => (await open()).promotionWatches,
    async () => (await reopen()).promotionWatches,
  );
  experimentsContract(
    name,
    async () => (await open()).experiments,
    async () => (await reopen()).experiments,
  );
}
