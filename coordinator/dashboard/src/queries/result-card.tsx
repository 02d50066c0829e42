import type { QueryResultMessage } from '@murmuration/api/query';
import { csvOf, figuresTable } from '@murmuration/api/query-table';
import { useSignal } from '@preact/signals';
import { addressOf } from '../context/routes.ts';
import { download } from '../controls/download.ts';
import { Ago } from '../controls/moment.tsx';
import { Choice } from '../controls/select.tsx';
import { moment } from '../format/format.ts';
import { FiguresDrawing } from './figures-drawing.tsx';
import { FiguresRows } from './figures-rows.tsx';
import { words } from './words.ts';

interface Shown {
  readonly task: string;
  /** Results, newest first. */
  readonly results: readonly QueryResultMessage[];
}

/**
 * Answers of devices: the newest result with figures, or a chosen one; and the reason if the newest has none.
 */
export function ResultCard({ task, results }: Shown) {
  const chosen = useSignal<number | null>(null);
  const [newest] = results;
  const shown = results.filter(({ figures }) => figures);
  const result = shown.find(({ number }) => number === chosen.value) ?? shown[0];
  return (
    <section class="card" aria-labelledby="result">
      <div class="card-head">
        <h2 id="result">{words.result.heading}</h2>
        {result && (
          <div class="filters">
            {shown.length > 1 && (
              <Choice
                label={words.result.of}
                value={result.number}
                of={shown.map(({ number, endedAt }) => [
                  number,
                  words.result.choice(number, moment(endedAt)),
                ])}
                choose={number => {
                  chosen.value = Number(number);
                }}
              />
            )}
            <Downloads result={result} />
          </div>
        )}
      </div>
      {newest && !newest.figures && (
        <p class="hint failed">{words.result.failed(newest.number, newest.failure)}</p>
      )}
      {!newest && <p class="hint">{words.result.none}</p>}
      {newest && !result && <p class="muted">{words.result.noneShown}</p>}
      {result && <Result task={task} result={result} />}
    </section>
  );
}

function Result({ task, result }: Pick<Shown, 'task'> & { readonly result: QueryResultMessage }) {
  const { query, number, endedAt, devices, figures } = result;
  if (!figures) return null;
  const noise = 'noise' in figures ? figures.noise : undefined;
  return (
    <>
      <p class="muted">
        {words.result.from(devices ?? 0)},{' '}
        <a href={addressOf({ page: 'round', task, round: number })}>{words.result.round(number)}</a>,{' '}
        <Ago at={endedAt} />
      </p>
      <div class="found">
        <FiguresDrawing query={query} figures={figures} />
        <FiguresRows query={query} figures={figures} />
      </div>
      {noise !== undefined && <p class="muted">{words.result.noise(noise)}</p>}
    </>
  );
}

function Downloads({ result }: { readonly result: QueryResultMessage }) {
  const { task, query, number, figures } = result;
  if (!figures) return null;
  const name = `${task}-${query}-round-${number}`;
  return (
    <>
      <button
        type="button"
        class="quiet-button"
        onClick={() => download(`${name}.csv`, 'text/csv', csvOf(figuresTable(figures)))}
      >
        {words.result.csv}
      </button>
      <button
        type="button"
        class="quiet-button"
        onClick={() =>
          download(`${name}.json`, 'application/json', `${JSON.stringify(result, undefined, 2)}\n`)
        }
      >
        {words.result.json}
      </button>
    </>
  );
}
