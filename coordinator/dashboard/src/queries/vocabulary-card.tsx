import type { VocabularyStandingMessage } from '@murmuration/api/vocabulary';
import { useSignal } from '@preact/signals';
import { useDashboard } from '../context/dashboard.ts';
import { Action } from '../controls/action.tsx';
import { useLoaded } from '../loading/loaded.ts';
import { Loading } from '../loading/loading.tsx';
import { RejectedWords } from './rejected-words.tsx';
import { WordChoice } from './word-choice.tsx';
import { words } from './words.ts';

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
  const { proposed, proposedInAll, waiting, added, rejected } = standing;
  const growth = standing.growth!;
  const chosen = useSignal<readonly string[]>([]);
  const mayChange = session.may('operator');
  const isChosen = (word: string) => chosen.value.includes(word);
  const names = proposed.map(({ word }) => word);
  // Those that are shown, whatever is proposed by the time that somebody confirms.
  const toAdd =
    chosen.value.length > 0 ? names.filter(isChosen) : names.slice(0, Math.min(growth.atOnce, growth.room));
  const toReject = [...names, ...waiting].filter(isChosen);
  const change = async (how: 'grow' | 'reject', some: readonly string[]) => {
    await requests.send('POST', `tasks/${task}/vocabulary/${how}`, { words: some });
    chosen.value = [];
    changed();
  };
  return (
    <section class="card" aria-labelledby="vocabulary">
      <div class="card-head">
        <h2 id="vocabulary">{said.heading}</h2>
        <div class="actions">
          <Action
            {...said.reject(toReject.length)}
            isDanger
            isDisabled={toReject.length === 0 || !mayChange}
            run={() => change('reject', toReject)}
          />
          <Action
            {...said.grow(toAdd.length, chosen.value.length > 0)}
            isDisabled={toAdd.length === 0 || !mayChange}
            run={() => change('grow', toAdd)}
          />
        </div>
      </div>
      <p class="verdict">{said.proposed(proposedInAll)}</p>
      {proposed.length > 0 && (
        <WordChoice
          label={said.proposed(proposedInAll)}
          listed={proposed.map(({ word, devices }) => ({ word, note: said.devices(devices) }))}
          of={proposedInAll}
          chosen={chosen}
          isDisabled={!mayChange}
        />
      )}
      {waiting.length > 0 && (
        <>
          <p>{said.waiting}</p>
          <WordChoice
            label={said.waiting}
            listed={waiting.map(word => ({ word }))}
            chosen={chosen}
            isDisabled={!mayChange}
          />
        </>
      )}
      <p class="muted">{said.how(standing.words ?? 0, growth)}</p>
      {added && <p class="muted">{said.added(added)}</p>}
      {rejected > 0 && <RejectedWords task={task} count={rejected} changed={changed} />}
    </section>
  );
}
