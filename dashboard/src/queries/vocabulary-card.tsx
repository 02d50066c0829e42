import type { VocabularyStandingMessage } from '@murmuration/api/vocabulary';
import { useDashboard } from '../context/dashboard.ts';
import { Action } from '../controls/action.tsx';
import { useLoaded } from '../loading/loaded.ts';
import { Loading } from '../loading/loading.tsx';
import { words } from './words.ts';

/** Words that are written out. */
const mostShown = 60;

interface Shown {
  readonly task: string;
  readonly query: string;
}

/** What a query for new words has found, and the vocabulary that takes them; nothing where the query is for something else. */
export function VocabularyCard({ task, query }: Shown) {
  const loaded = useLoaded<VocabularyStandingMessage>(
    `tasks/${task}/vocabulary`,
    ['queries', 'rounds'],
    task,
  );
  return (
    <Loading of={loaded}>
      {standing =>
        standing.growth?.query === query ? (
          <Card task={task} standing={standing} changed={() => loaded.reload()} />
        ) : null
      }
    </Loading>
  );
}

function Card({
  task,
  standing,
  changed,
}: {
  readonly task: string;
  readonly standing: VocabularyStandingMessage;
  readonly changed: () => void;
}) {
  const { session, requests } = useDashboard();
  const { vocabulary: said } = words;
  const { proposed, waiting, added } = standing;
  const growth = standing.growth!;
  const count = Math.min(proposed.length, growth.atOnce, growth.room);
  const grow = async () => {
    await requests.send('POST', `tasks/${task}/vocabulary/grow`, {});
    changed();
  };
  return (
    <section class="card" aria-labelledby="vocabulary">
      <div class="card-head">
        <h2 id="vocabulary">{said.heading}</h2>
        <Action {...said.grow(count)} isDisabled={count === 0 || !session.may('operator')} run={grow} />
      </div>
      <p class="verdict">{said.proposed(proposed.length)}</p>
      {proposed.length > 0 && (
        <p>
          {proposed
            .slice(0, mostShown)
            .map(({ word, devices }) => said.word(word, devices))
            .join(', ')}
          {proposed.length > mostShown && said.more(proposed.length - mostShown)}
        </p>
      )}
      {waiting.length > 0 && (
        <p>
          {said.waiting} {waiting.slice(0, mostShown).join(', ')}
          {waiting.length > mostShown && said.more(waiting.length - mostShown)}
        </p>
      )}
      <p class="muted">{said.how(standing.words ?? 0, growth)}</p>
      {added && <p class="muted">{said.added(added)}</p>}
    </section>
  );
}
