import type { QueryResultMessage, TaskQueryMessage } from '@murmuration/api/query';
import { RangedCharts } from '../controls/chart-card.tsx';
import { Missing } from '../controls/missing.tsx';
import { useLoaded } from '../loading/loaded.ts';
import { Loading } from '../loading/loading.tsx';
import { AskingCard } from './asking-card.tsx';
import { BudgetCard } from './budget-card.tsx';
import { useQueries } from './queries-page.tsx';
import { ResultCard } from './result-card.tsx';
import { trendOf } from './trend.ts';
import { VocabularyCard } from './vocabulary-card.tsx';
import { words } from './words.ts';

interface Shown {
  readonly task: string;
  readonly query: string;
}

/** Page of one query: its state, newest result and history. */
export function QueryPage({ task, query: name }: Shown) {
  const loaded = useQueries(task);
  return (
    <Loading of={loaded}>
      {({ queries }) => {
        const query = queries.find(each => each.name === name);
        if (!query) return <Missing text={words.unknown(name)} />;
        return (
          <div class="stack">
            <AskingCard task={task} query={query} changed={() => loaded.reload()} />
            {query.privacy && <BudgetCard budget={query.privacy} />}
            {query.kind === 'heavy-hitters' && <VocabularyCard task={task} query={name} />}
            <Results task={task} query={name} />
          </div>
        );
      }}
    </Loading>
  );
}

interface Answer {
  readonly query: TaskQueryMessage;
  /** Results, newest first. */
  readonly results: readonly QueryResultMessage[];
}

function Results({ task, query: name }: Shown) {
  const loaded = useLoaded<Answer>(`tasks/${task}/queries/${name}?limit=100`, ['rounds'], task);
  return (
    <Loading of={loaded}>
      {({ results }) => (
        <div class="stack">
          <ResultCard task={task} results={results} />
          <RangedCharts task={task} contents={[trendOf(results)].filter(each => each !== null)} />
        </div>
      )}
    </Loading>
  );
}
