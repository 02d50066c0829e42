import type { FiguresMessage } from '@murmuration/api/query';
import { Scroll } from '@murmuration/ui/controls/scroll';
import { rowsOf } from './rows.ts';
import { words } from './words.ts';

interface Shown {
  /** Name of the query. */
  readonly query: string;
  readonly figures: FiguresMessage;
}

/** Table of a query's result. */
export function FiguresRows({ query, figures }: Shown) {
  const rows = rowsOf(figures);
  const { kind } = figures;
  const counts = rows.some(row => row.count !== null);
  // Some results, such as n-grams, have only a count.
  const estimates = rows.some(({ value, interval }) => value !== '–' || interval !== '–');
  const { table } = words;
  if (rows.length === 0) return null;
  return (
    <div class="rows">
      <h3>{words.result.table}</h3>
      <Scroll label={words.result.tableOf(query)}>
        <table>
          <thead>
            <tr>
              <th scope="col">{table.what[kind]}</th>
              {counts && (
                <th scope="col" class="number">
                  {table.count[kind]}
                </th>
              )}
              {estimates && (
                <>
                  <th scope="col" class="number">
                    {table.value[kind]}
                  </th>
                  <th scope="col" class="number">
                    {kind === 'sum' ? table.rounding : table.interval}
                  </th>
                </>
              )}
            </tr>
          </thead>
          <tbody>
            {rows.map(({ what, count, value, interval }) => (
              <tr key={what}>
                <th scope="row">{what}</th>
                {counts && <td class="number">{count ?? '–'}</td>}
                {estimates && (
                  <>
                    <td class="number">{value}</td>
                    <td class="number">{interval}</td>
                  </>
                )}
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
      {figures.kind === 'histogram' && rows.length < figures.bins.length && (
        <p class="muted">{words.result.trimmed}</p>
      )}
    </div>
  );
}
