import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';
import { Scroll } from '../controls/scroll.tsx';
import type { Theme } from '../theme/theme.ts';
import type { ChartContent } from './content.ts';
import type { Plot } from './plot.ts';
import { words } from './words.ts';

interface Shown {
  readonly content: ChartContent;
  /** Current theme; a change redraws the chart. */
  readonly theme: Theme;
  /** Controls that choose the content. */
  readonly children?: ComponentChildren;
}

/** Most rows of the table, the newest ones. */
const maxTableRows = 200;

/** Chart with the figures under the pointer, and a table of all figures for those who can't see it. */
export function Chart({ content, theme, children }: Shown) {
  const target = useRef<HTMLDivElement>(null);
  const plot = useRef<Plot | null>(null);
  const newest = useRef(content);
  newest.current = content;
  const at = useSignal<number | null>(null);
  const heading = useId();
  const { title, x, y, series, kind, place, marks = [] } = content;
  const shape = series.map(({ label }) => label).join('\n');

  useEffect(() => {
    let isShown = true;
    // The drawing library is larger than the rest of a page, and the table shows the figures without it.
    import('./plot.ts').then(
      ({ draw }) => {
        if (isShown && target.current)
          plot.current = draw(target.current, newest.current, i => {
            at.value = i;
          });
      },
      () => {},
    );
    return () => {
      isShown = false;
      plot.current?.close();
      plot.current = null;
    };
  }, [theme, shape, kind, y.label]);
  useEffect(() => plot.current?.show(content), [content]);

  const shown = at.value ?? x.values.length - 1;
  return (
    <figure class="chart" aria-labelledby={heading}>
      <figcaption>
        <div>
          <h2 id={heading}>{title}</h2>
          <p class="muted">
            {y.label} · {x.label}
          </p>
        </div>
        {children}
      </figcaption>
      <ul class="key">
        {series.map(({ label, colour, values }) => (
          <li key={label} class={`is-${colour}`}>
            {label} <strong>{values[shown] == null ? '–' : y.format(values[shown])}</strong>
          </li>
        ))}
        {x.values[shown] !== undefined && <li class="where">{place(x.values[shown])}</li>}
      </ul>
      <div ref={target} class="plot" aria-hidden="true" />
      {marks.length > 0 && (
        <details>
          <summary>{words.marks(marks.length)}</summary>
          <ol class="marks">
            {marks.map(({ at: place, colour, text }) => (
              <li key={`${place} ${text}`} class={`is-${colour}`}>
                {text}
              </li>
            ))}
          </ol>
        </details>
      )}
      <details>
        <summary>{words.table}</summary>
        <Scroll label={words.tableOf(title)}>
          <table>
            <thead>
              <tr>
                <th scope="col">{x.label}</th>
                {series.map(({ label }) => (
                  <th key={label} scope="col" class="number">
                    {label}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {x.values
                .map((value, i) => ({ value, i }))
                .slice(-maxTableRows)
                .reverse()
                .map(({ value, i }) => (
                  <tr key={value}>
                    <th scope="row">{place(value)}</th>
                    {series.map(({ label, values }) => (
                      <td key={label} class="number">
                        {values[i] == null ? '–' : y.format(values[i])}
                      </td>
                    ))}
                  </tr>
                ))}
            </tbody>
          </table>
        </Scroll>
      </details>
    </figure>
  );
}
