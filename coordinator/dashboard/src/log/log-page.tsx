import type { LogLine, LogLineLevel } from '@murmuration/api/log';
import { useSignal } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';
import { useChoice, useDashboard } from '../context/dashboard.ts';
import { Choice } from '../controls/select.tsx';
import { instant } from '../format/format.ts';
import { Failure } from '../loading/loading.tsx';
import { words as loadingWords } from '../loading/words.ts';
import { LiveLog, matching } from './log-lines.ts';
import { words } from './words.ts';

/** Number of lines shown at first. */
const shownAtFirst = 200;

/** Page of the coordinator's log, as it is written. */
export function LogPage() {
  const { requests, feed } = useDashboard();
  const log = useMemo(() => new LiveLog(requests), [requests]);
  useEffect(() => log.follow(feed), [log, feed]);
  const chosen = useChoice('level');
  const level = Object.hasOwn(words.levels, chosen.value) ? (chosen.value as LogLineLevel) : 'info';
  const text = useChoice('text');
  const shown = useSignal(shownAtFirst);
  /** Lines shown while the page is paused; null while it is not. */
  const held = useSignal<readonly LogLine[] | null>(null);
  const lines = log.lines.value;
  const refusal = log.refusal.value;
  const isPaused = held.value !== null;
  const found = matching(held.value ?? lines ?? [], level, text.value);
  const newest = held.value?.at(-1)?.number ?? 0;
  const fresh = isPaused ? (lines ?? []).filter(({ number }) => number > newest).length : 0;
  return (
    <section class="card" aria-label={words.lines}>
      <div class="card-head">
        <p class="muted">{words.hint}</p>
        <div class="filters">
          <Choice
            label={words.level}
            value={level}
            of={Object.entries(words.levels)}
            choose={value => chosen.choose(value === 'info' ? '' : value)}
          />
          <label>
            <span>{words.search}</span>
            <input
              type="search"
              value={text.value}
              maxLength={100}
              autocomplete="off"
              spellcheck={false}
              placeholder={words.searchHint}
              onInput={({ currentTarget }) => text.choose(currentTarget.value)}
            />
          </label>
          <button
            type="button"
            class="quiet-button"
            aria-pressed={isPaused}
            onClick={() => {
              held.value = isPaused ? null : (lines ?? []);
            }}
          >
            {isPaused ? words.resume : words.pause}
          </button>
        </div>
      </div>
      {refusal && <Failure refusal={refusal} retry={() => log.load()} />}
      {isPaused && (
        <p class="hint" role="status">
          {words.paused(fresh)}
        </p>
      )}
      {lines === undefined ? (
        !refusal && <p class="placeholder">{loadingWords.loading}</p>
      ) : found.length === 0 ? (
        <p class="hint">{lines.length === 0 ? words.none : words.noneFit}</p>
      ) : (
        <ol class="log-lines">
          {found.slice(0, shown.value).map(line => (
            <Line key={line.number} line={line} />
          ))}
        </ol>
      )}
      {found.length > shown.value && (
        <button
          type="button"
          class="quiet-button"
          onClick={() => {
            shown.value += shownAtFirst;
          }}
        >
          {words.more}
        </button>
      )}
    </section>
  );
}

function Line({ line: { time, level, message, fields } }: { readonly line: LogLine }) {
  return (
    <li class={`is-${level}`}>
      <time dateTime={time}>{instant(time)}</time>
      <span class="level">{words.names[level]}</span>
      <p>
        <strong>{message}</strong>
        {Object.entries(fields).map(([name, value]) => (
          <span key={name} class="detail">
            {' '}
            <span class="muted">{name}</span>&nbsp;<code>{value}</code>
          </span>
        ))}
      </p>
    </li>
  );
}
