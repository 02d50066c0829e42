import type { VocabularyStandingMessage } from '@murmuration/api/vocabulary';
import { useSignal } from '@preact/signals';
import { useDashboard } from '../context/dashboard.ts';
import { Action } from '../controls/action.tsx';
import { useLoaded } from '../loading/loaded.ts';
import { Loading } from '../loading/loading.tsx';
import { words } from './words.ts';

/** Words that are written out. */
const maxWords = 60;

interface Shown {
  readonly task: string;
  readonly query: string;
}

/**
 * New words that a query has found, and the vocabulary that takes them; nothing for a query with another
 * purpose.
 */
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
  const { proposed, proposedInAll, waiting, added } = standing;
  const growth = standing.growth!;
  const chosen = useSignal<readonly string[]>([]);
  const mayChange = session.may('operator');
  const isChosen = (word: string) => chosen.value.includes(word);
  const choose = (word: string, isAdded: boolean) => {
    const others = chosen.value.filter(each => each !== word);
    chosen.value = isAdded ? [...others, word] : others;
  };
  const names = proposed.map(({ word }) => word);
  // Fixed to the words shown now, even if others are proposed before the operator confirms.
  const toAdd =
    chosen.value.length > 0 ? names.filter(isChosen) : names.slice(0, Math.min(growth.atOnce, growth.room));
  const add = async () => {
    await requests.send('POST', `tasks/${task}/vocabulary/grow`, { words: toAdd });
    chosen.value = [];
    changed();
  };
  return (
    <section class="card" aria-labelledby="vocabulary">
      <div class="card-head">
        <h2 id="vocabulary">{said.heading}</h2>
        <div class="actions">
          <Action
            {...said.grow(toAdd.length, chosen.value.length > 0)}
            isDisabled={toAdd.length === 0 || !mayChange}
            run={add}
          />
        </div>
      </div>
      <p class="verdict">{said.proposed(proposedInAll)}</p>
      {proposed.length > 0 && (
        <ul class="word-choice" aria-label={said.proposed(proposedInAll)}>
          {proposed.slice(0, maxWords).map(({ word, devices }) => (
            <li key={word}>
              <label>
                <input
                  type="checkbox"
                  checked={isChosen(word)}
                  disabled={!mayChange}
                  onChange={({ currentTarget }) => choose(word, currentTarget.checked)}
                />
                <bdi>{word}</bdi>
                <span class="muted word-note"> {said.devices(devices)}</span>
              </label>
            </li>
          ))}
        </ul>
      )}
      {proposedInAll > maxWords && <p class="muted">{said.more(proposedInAll - maxWords)}</p>}
      {waiting.length > 0 && (
        <>
          <p>{said.waiting}</p>
          <ul class="word-choice" aria-label={said.waiting}>
            {waiting.slice(0, maxWords).map(word => (
              <li key={word}>
                <bdi>{word}</bdi>
              </li>
            ))}
          </ul>
          {waiting.length > maxWords && <p class="muted">{said.more(waiting.length - maxWords)}</p>}
        </>
      )}
      <p class="muted">{said.how(standing.words ?? 0, growth)}</p>
      {added && <p class="muted">{said.added(added)}</p>}
    </section>
  );
}
