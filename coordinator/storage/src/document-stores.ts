import { runsIn } from '../lifecycle/training-runs/store.ts';
import type { Documents } from '../operators/documents.ts';
import { sessionsIn } from '../operators/session-store.ts';
import { aliasesIn } from '../registry/aliases.ts';
import { gateDecisionsIn } from '../registry/gate-decisions.ts';
import { promotionWatchesIn } from '../registry/promotion-watches.ts';
import { queryResultsIn } from '../registry/query-results.ts';
import { pausedTasksIn } from '../rounds/pauses.ts';
import { addedTasksIn } from '../task/added-tasks.ts';
import { addedWordsIn } from '../task/added-words.ts';
import { rejectedWordsIn } from '../task/rejected-words.ts';
import { settingsIn } from '../task/settings-store.ts';
import { accuracyIn } from '../telemetry/accuracy-store.ts';
import { silencesIn } from '../telemetry/alerts/attention.ts';

/** Makes the stores of features that keep documents. */
export function documentStores(documents: Documents) {
  return {
    documents,
    accuracy: accuracyIn(documents),
    addedTasks: addedTasksIn(documents),
    addedWords: addedWordsIn(documents),
    aliases: aliasesIn(documents),
    gateDecisions: gateDecisionsIn(documents),
    pausedTasks: pausedTasksIn(documents),
    promotionWatches: promotionWatchesIn(documents),
    queryResults: queryResultsIn(documents),
    rejectedWords: rejectedWordsIn(documents),
    runs: runsIn(documents),
    sessions: sessionsIn(documents),
    settings: settingsIn(documents),
    silences: silencesIn(documents),
  };
}
