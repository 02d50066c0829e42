import { join } from 'node:path';
import { layout } from '@murmuration/coordinator/storage/folder';
import { openDatabase } from '@murmuration/coordinator/storage/sqlite/open';
import { describe, expect, it } from 'vitest';
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
import {
  addedTasksContract,
  aliasesContract,
  hourlyCountsContract,
  settingsContract,
  silencesContract,
} from '../../../contract/operation.ts';
import { operatorTokensContract } from '../../../contract/operator-tokens.ts';
import { pausedTasksContract } from '../../../contract/paused-tasks.ts';
import { privacyLedgerContract } from '../../../contract/privacy-ledger.ts';
import { promotionWatchesContract } from '../../../contract/promotion-watches.ts';
import { queryResultsContract } from '../../../contract/query-results.ts';
import { sessionsContract } from '../../../contract/sessions.ts';
import { trackingQueueContract } from '../../../contract/tracking-queue.ts';
import { trackingStoreContract } from '../../../contract/tracking-store.ts';
import { trainingRunsContract } from '../../../contract/training-runs.ts';
import { verdictsContract } from '../../../contract/verdicts.ts';
import { storageFolders } from './folders.ts';

const { open, reopen, current } = storageFolders();

enrolmentTokensContract(
  'a folder',
  async () => (await open()).enrolmentTokens,
  async () => (await reopen()).enrolmentTokens,
);
operatorTokensContract(
  'a folder',
  async () => (await open()).operatorTokens,
  async () => (await reopen()).operatorTokens,
);
inferenceTokensContract(
  'a folder',
  async () => (await open()).inferenceTokens,
  async () => (await reopen()).inferenceTokens,
);
sessionsContract(
  'a folder',
  async () => (await open()).sessions,
  async () => (await reopen()).sessions,
);
auditContract(
  'a folder',
  async () => (await open()).audit,
  async () => (await reopen()).audit,
);
activityContract('a folder', open, async () => (await reopen()).activity);
convictionsContract(
  'a folder',
  async () => (await open()).convictions,
  async () => (await reopen()).convictions,
);
trackingStoreContract(
  'a folder',
  async () => (await open()).tracking,
  async () => (await reopen()).tracking,
);
trackingQueueContract(
  'a folder of events',
  async () => (await open()).lineage,
  lineageSamples,
  async () => (await reopen()).lineage,
);
accuracyStoreContract(
  'a folder',
  async () => (await open()).accuracy,
  async () => (await reopen()).accuracy,
);
driftStoreContract(
  'a folder',
  async () => (await open()).drift,
  async () => (await reopen()).drift,
);
privacyLedgerContract(
  'a folder',
  async () => (await open()).privacy,
  async () => (await reopen()).privacy,
);
trainingRunsContract(
  'a folder',
  async () => (await open()).runs,
  async () => (await reopen()).runs,
);
pausedTasksContract(
  'a folder',
  async () => (await open()).pausedTasks,
  async () => (await reopen()).pausedTasks,
);
verdictsContract(
  'a folder',
  async () => open(),
  async () => reopen(),
);
queryResultsContract(
  'a folder',
  async () => open(),
  async () => reopen(),
);
aliasesContract(
  'a folder',
  async () => (await open()).aliases,
  async () => (await reopen()).aliases,
);
settingsContract(
  'a folder',
  async () => (await open()).settings,
  async () => (await reopen()).settings,
);
hourlyCountsContract(
  'a folder',
  async () => (await open()).hourlyCounts,
  async () => (await reopen()).hourlyCounts,
);

describe('the audit log of a folder', () => {
  it('can’t be changed nor shortened, not even by whoever writes to its database', async () => {
    const { audit } = await open();
    await audit.append({
      time: 1,
      actor: { id: 'a', name: 'Ada' },
      action: 'task.pause',
      subject: 'keyboard',
      outcome: 'done',
      changes: null,
    });
    const { rows, close } = await openDatabase(join(current(), layout.database));
    await expect(rows.updateTable('audit').set({ actor_name: 'Eve' }).execute()).rejects.toThrow(
      /only grows/,
    );
    await expect(rows.deleteFrom('audit').execute()).rejects.toThrow(/only grows/);
    await close();
    expect(await audit.list(9, 9)).toMatchObject([{ actor: { name: 'Ada' } }]);
  });
});
addedTasksContract(
  'a folder',
  async () => (await open()).addedTasks,
  async () => (await reopen()).addedTasks,
);
silencesContract(
  'a folder',
  async () => (await open()).silences,
  async () => (await reopen()).silences,
);
gateDecisionsContract(
  'a folder',
  async () => (await open()).gateDecisions,
  async () => (await reopen()).gateDecisions,
);
promotionWatchesContract(
  'a folder',
  async () => (await open()).promotionWatches,
  async () => (await reopen()).promotionWatches,
);
experimentsContract(
  'a folder',
  async () => (await open()).experiments,
  async () => (await reopen()).experiments,
);
