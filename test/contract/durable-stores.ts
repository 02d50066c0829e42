import type { Stores } from '@murmuration/storage/storage';
import { activityContract } from './activity.ts';
import { auditContract } from './audit.ts';
import { convictionsContract } from './convictions.ts';
import { documentsContract } from './documents.ts';
import { driftStoreContract } from './drift-store.ts';
import { enrolmentTokensContract } from './enrolment-tokens.ts';
import { experimentsContract } from './experiments.ts';
import { inferenceTokensContract } from './inference-tokens.ts';
import { lineageSamples } from './lineage-samples.ts';
import { marksContract } from './marks.ts';
import { hourlyCountsContract } from './operation.ts';
import { operatorTokensContract } from './operator-tokens.ts';
import { ownActsContract } from './own-acts.ts';
import { privacyLedgerContract } from './privacy-ledger.ts';
import { queryResultsContract } from './query-results.ts';
import { trackingQueueContract } from './tracking-queue.ts';
import { trackingStoreContract } from './tracking-store.ts';
import { verdictsContract } from './verdicts.ts';

/** What every storage that is durable keeps to, beyond its rounds: what it keeps as documents is that of any `Documents`. `open` gives an empty one, `reopen` the one opened last as it is after a restart. */
export function durableStoresContract(
  name: string,
  open: () => Promise<Stores>,
  reopen: () => Promise<Stores>,
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
  verdictsContract(name, open, reopen);
  queryResultsContract(name, open, reopen);
  hourlyCountsContract(
    name,
    async () => (await open()).hourlyCounts,
    async () => (await reopen()).hourlyCounts,
  );
  experimentsContract(
    name,
    async () => (await open()).experiments,
    async () => (await reopen()).experiments,
  );
}
