import type { RejectedWordsMessage } from '@murmuration/api/vocabulary';
import { useSignal } from '@preact/signals';
import { useDashboard } from '../context/dashboard.ts';
import { Action } from '../controls/action.tsx';
import { useLoaded } from '../loading/loaded.ts';
import { Loading } from '../loading/loading.tsx';
import { WordChoice } from './word-choice.tsx';
import { words } from './words.ts';

interface Shown {
  readonly task: string;
  /** How many there are. */
  readonly count: number;
  /** Told where some are allowed again. */
  readonly changed: () => void;
}

/** The words that a vocabulary is not to have, once somebody wants to see them. */
export function RejectedWords({ task, count, changed }: Shown) {
  const isOpen = useSignal(false);
  return (
    <details
      onToggle={({ currentTarget }) => {
        isOpen.value = currentTarget.open;
      }}
    >
      <summary>{words.vocabulary.rejected(count)}</summary>
      {isOpen.value && <Listed task={task} changed={changed} />}
    </details>
  );
}

function Listed({ task, changed }: Omit<Shown, 'count'>) {
  const { session, requests } = useDashboard();
  const { vocabulary: said } = words;
  const chosen = useSignal<readonly string[]>([]);
  const loaded = useLoaded<RejectedWordsMessage>(`tasks/${task}/vocabulary/rejected`, ['queries'], task);
  const mayAllow = session.may('operator');
  return (
    <Loading of={loaded}>
      {({ rejected }) => {
        const some = rejected.map(({ word }) => word).filter(word => chosen.value.includes(word));
        const allow = async () => {
          await requests.send('POST', `tasks/${task}/vocabulary/allow`, { words: some });
          chosen.value = [];
          loaded.reload();
          changed();
        };
        return (
          <div class="stack">
            <WordChoice
              label={said.rejected(rejected.length)}
              listed={rejected.map(({ word, by, at }) => ({ word, note: said.rejectedBy(by, at) }))}
              chosen={chosen}
              isDisabled={!mayAllow}
            />
            <div>
              <Action {...said.allow(some.length)} isDisabled={some.length === 0 || !mayAllow} run={allow} />
            </div>
          </div>
        );
      }}
    </Loading>
  );
}
