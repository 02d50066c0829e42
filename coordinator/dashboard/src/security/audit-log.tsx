import { instant } from '../page/format.ts';
import { Pager, usePlaces } from '../page/pager.tsx';
import { Scroll } from '../page/scroll.tsx';
import { useLoaded } from '../requests/loaded.ts';
import { Loading } from '../requests/loading.tsx';
import { textOf } from '../requests/refusal.ts';
import { strings } from '../strings.ts';
import type { AuditEntry } from './audit-entry.ts';

const limit = 25;

/** Who did what, newest first. */
export function AuditLog() {
  const places = usePlaces<number>();
  const loaded = useLoaded<{ readonly entries: readonly AuditEntry[] }>(
    `audit?limit=${limit}${places.query('before')}`,
    ['audit'],
  );
  const { columns } = strings.audit;
  return (
    <section class="card" aria-labelledby="audit">
      <h2 id="audit">{strings.audit.heading}</h2>
      <p class="muted">{strings.audit.hint}</p>
      <Loading of={loaded}>
        {({ entries }) =>
          entries.length === 0 ? (
            <p class="hint">{strings.audit.none}</p>
          ) : (
            <>
              <Scroll label={strings.audit.heading}>
                <table>
                  <thead>
                    <tr>
                      <th scope="col">{columns.time}</th>
                      <th scope="col">{columns.actor}</th>
                      <th scope="col">{columns.action}</th>
                      <th scope="col">{columns.subject}</th>
                      <th scope="col">{columns.changes}</th>
                      <th scope="col">{columns.outcome}</th>
                    </tr>
                  </thead>
                  <tbody>
                    {entries.map(({ number, time, actor, action, subject, outcome, changes }) => (
                      <tr key={number}>
                        <th scope="row">
                          <time dateTime={time}>{instant(time)}</time>
                        </th>
                        <td title={actor.id}>{actor.name}</td>
                        <td>{strings.audit.actions[action]}</td>
                        <td>
                          <code>{subject}</code>
                        </td>
                        <td class="changes">
                          {changes?.map(({ field, from, to }) => (
                            <div key={field}>{strings.audit.change(field, from, to)}</div>
                          ))}
                        </td>
                        <td>
                          {outcome === 'done' ? (
                            <span class="badge is-valid">{strings.audit.done}</span>
                          ) : (
                            <span class="badge is-failed" title={textOf(outcome)}>
                              {outcome}
                            </span>
                          )}
                        </td>
                      </tr>
                    ))}
                  </tbody>
                </table>
              </Scroll>
              <Pager places={places} next={entries.length < limit ? null : entries.at(-1)!.number} />
            </>
          )
        }
      </Loading>
    </section>
  );
}
