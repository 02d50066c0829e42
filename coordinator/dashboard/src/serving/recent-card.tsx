import type { InferenceState } from '@murmuration/api/inference';
import { useSignal } from '@preact/signals';
import { Ago } from '../controls/moment.tsx';
import { Table } from '../controls/table.tsx';
import { words } from './words.ts';

/** Requests shown at first. */
const shownRows = 10;

/** Recent requests, newest first. */
export function RecentCard({ recent }: { readonly recent: InferenceState['recent'] }) {
  const { recentColumns: columns } = words;
  const isWhole = useSignal(false);
  const shown = isWhole.value ? recent : recent.slice(0, shownRows);
  return (
    <section class="card" aria-labelledby="recent-requests">
      <h2 id="recent-requests">{words.recent}</h2>
      <p class="muted">{words.recentHint}</p>
      {recent.length === 0 ? (
        <p class="hint">{words.noRequests(location.origin)}</p>
      ) : (
        <>
          <Table label={words.recent} columns={columns}>
            {shown.map(({ at, model, version, protocol, code, ms }, index) => (
              <tr key={`${at} ${index}`}>
                <th scope="row">
                  <Ago at={at} />
                </th>
                <td>
                  {model}{' '}
                  <span class="muted">{version === '' ? words.unknownModel : words.version(version)}</span>
                </td>
                <td>{protocol}</td>
                <td>{words.span(ms)}</td>
                <td>
                  {code === 'ok' ? (
                    <span class="badge is-valid">{words.ok}</span>
                  ) : (
                    <code class="worse">{code}</code>
                  )}
                </td>
              </tr>
            ))}
          </Table>
          {shown.length < recent.length && (
            <button
              type="button"
              class="quiet-button"
              onClick={() => {
                isWhole.value = true;
              }}
            >
              {words.showAll(recent.length)}
            </button>
          )}
        </>
      )}
    </section>
  );
}
