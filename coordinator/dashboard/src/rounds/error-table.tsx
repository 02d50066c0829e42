import { count } from '../page/format.ts';
import { Scroll } from '../page/scroll.tsx';
import { isRetryable, textOf } from '../requests/refusal.ts';
import { strings } from '../strings.ts';

interface Shown {
  readonly label: string;
  readonly errors: readonly { readonly code: string; readonly count: number }[];
}

/** Refusals by code, each with what it means and what to do. */
export function ErrorTable({ label, errors }: Shown) {
  const most = Math.max(1, ...errors.map(each => each.count));
  return (
    <Scroll label={label}>
      <table class="errors">
        <thead>
          <tr>
            <th scope="col">{strings.errors.columns.code}</th>
            <th scope="col" class="number">
              {strings.errors.columns.count}
            </th>
            <th scope="col">{strings.errors.columns.meaning}</th>
            <th scope="col">{strings.errors.columns.advice}</th>
          </tr>
        </thead>
        <tbody>
          {errors.map(({ code, count: times }) => (
            <tr key={code}>
              <th scope="row">
                <code>{code}</code>
                <span class="meter" aria-hidden="true">
                  <span class="bad" style={{ inlineSize: `${(100 * times) / most}%` }} />
                </span>
              </th>
              <td class="number">{count(times)}</td>
              <td>{textOf(code) ?? strings.errors.unknown}</td>
              <td>{strings.errors.advice(code, isRetryable(code))}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}
