import { isRetryable } from '@murmuration/protocol/errors/errors';
import { Table } from '../controls/table.tsx';
import { count } from '../format/format.ts';
import { textOf } from '../requests/refusal.ts';
import { isExpected } from './expected.ts';
import { words } from './words.ts';

interface Shown {
  readonly label: string;
  readonly errors: readonly { readonly code: string; readonly count: number }[];
}

/** Refusals by code, each with its meaning and advice. */
export function ErrorTable({ label, errors }: Shown) {
  const most = Math.max(1, ...errors.map(each => each.count));
  return (
    <Table label={label} columns={words.columns} numbers={['count']} kind="errors">
      {errors.map(({ code, count: times }) => (
        <tr key={code}>
          <th scope="row">
            <code>{code}</code>
            {isExpected(code) && (
              <>
                {' '}
                <span class="badge" title={words.expectedHint}>
                  {words.expected}
                </span>
              </>
            )}
            <span class="meter" aria-hidden="true">
              <span
                class={isExpected(code) ? 'all' : 'bad'}
                style={{ inlineSize: `${(100 * times) / most}%` }}
              />
            </span>
          </th>
          <td class="number">{count(times)}</td>
          <td>{textOf(code) ?? words.reasons[code] ?? words.unknown}</td>
          <td>{words.advice(code, isRetryable(code))}</td>
        </tr>
      ))}
    </Table>
  );
}
