import { access } from './access.ts';
import { addedTasks } from './added-tasks.ts';
import { addedWords } from './added-words.ts';
import { auditBegun } from './audit-begun.ts';
import { auditChanges } from './audit-changes.ts';
import { convictions } from './convictions.ts';
import { deviceMarks } from './device-marks.ts';
import { devices } from './devices.ts';
import { documents } from './documents.ts';
import { drift } from './drift.ts';
import { experimentCovariates } from './experiment-covariates.ts';
import { experiments } from './experiments.ts';
import { gates } from './gates.ts';
import { history } from './history.ts';
import { inferenceTokenModels } from './inference-token-models.ts';
import { inferenceTokens } from './inference-tokens.ts';
import { lineage } from './lineage.ts';
import { liveAccuracy } from './live-accuracy.ts';
import type { Migration } from './migration.ts';
import { operation } from './operation.ts';
import { owner } from './owner.ts';
import { privacy } from './privacy.ts';
import { privacyCounted } from './privacy-counted.ts';
import { privacyMemories } from './privacy-memories.ts';
import { privacyPages } from './privacy-pages.ts';
import { privacySteps } from './privacy-steps.ts';
import { promotionWatches } from './promotion-watches.ts';
import { queries } from './queries.ts';
import { rejectedWords } from './rejected-words.ts';
import { roundParts } from './round-parts.ts';
import { roundsUnderWay } from './rounds-under-way.ts';
import { sessions } from './sessions.ts';
import { silences } from './silences.ts';
import { tracking } from './tracking.ts';
import { trainingRuns } from './training-runs.ts';
import { verdicts } from './verdicts.ts';
import { wantedQueries } from './wanted-queries.ts';

/**
 * All migrations, oldest first. Features that store documents need none. Add a new one at the end: a file in
 * this folder that exports it, a line here, and its tables in `schema.ts`. Databases without it get it when
 * they are next opened.
 */
export const migrations: readonly Migration[] = [
  history,
  devices,
  roundsUnderWay,
  access,
  verdicts,
  operation,
  auditChanges,
  owner,
  convictions,
  sessions,
  addedTasks,
  silences,
  inferenceTokens,
  privacy,
  drift,
  gates,
  promotionWatches,
  trainingRuns,
  tracking,
  experiments,
  queries,
  liveAccuracy,
  privacyCounted,
  wantedQueries,
  experimentCovariates,
  lineage,
  privacyMemories,
  roundParts,
  addedWords,
  privacySteps,
  rejectedWords,
  auditBegun,
  privacyPages,
  deviceMarks,
  inferenceTokenModels,
  documents,
];
