import { runsIn } from '@murmuration/lifecycle/training-runs/store';
import type { Documents } from '@murmuration/rounds/operators/documents';
import { sessionsIn } from '@murmuration/rounds/operators/session-store';
import { aliasesIn } from '@murmuration/rounds/registry/aliases';
import { gateDecisionsIn } from '@murmuration/rounds/registry/gate-decisions';
import { promotionWatchesIn } from '@murmuration/rounds/registry/promotion-watches';
import { queryResultsIn } from '@murmuration/rounds/registry/query-results';
import { pausedTasksIn } from '@murmuration/rounds/rounds/pauses';
import { addedTasksIn } from '@murmuration/rounds/task/added-tasks';
import { settingsIn } from '@murmuration/rounds/task/settings-store';
import { addedWordsIn } from '@murmuration/rounds/vocabulary/added-words';
import { accuracyIn } from './accuracy-store.ts';
import { silencesIn } from './attention.ts';

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
    runs: runsIn(documents),
    sessions: sessionsIn(documents),
    settings: settingsIn(documents),
    silences: silencesIn(documents),
  };
}
