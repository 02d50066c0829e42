import type { AuditEntryMessage } from '@murmuration/api/audit';
import { useDashboard } from '../context/dashboard.ts';
import { ExportCsv } from '../controls/export-csv.tsx';
import { Pager, usePlaces } from '../controls/pager.tsx';
import { Table } from '../controls/table.tsx';
import { instant } from '../format/format.ts';
import { useLoaded } from '../loading/loaded.ts';
import { Loading } from '../loading/loading.tsx';
import { textOf } from '../requests/refusal.ts';
import { undoOf } from '../settings/undo.ts';
import { words as settingsWords } from '../settings/words.ts';
import { words } from './words.ts';

const entriesPerPage = 25;

interface Answer {
  readonly entries: readonly AuditEntryMessage[];
}

/** Actions of operators, newest first. */
export function AuditLog() {
  const places = usePlaces<number>();
  const mayUndo = useDashboard().session.may('operator');
  const loaded = useLoaded<Answer>(`audit?limit=${entriesPerPage}${places.query('before')}`, ['audit']);
  return (
    <section class="card" aria-labelledby="audit">
      <div class="card-head">
        <div>
          <h2 id="audit">{words.audit.heading}</h2>
          <p class="muted">{words.audit.hint}</p>
        </div>
        <ExportCsv<Answer, AuditEntryMessage>
          name="audit-log"
          columns={{
            number: each => each.number,
            time: each => each.time,
            operator: each => each.actor.name,
            token: each => each.actor.id,
            action: each => each.action,
            subject: each => each.subject,
            outcome: each => each.outcome,
            changes: each => each.changes && JSON.stringify(each.changes),
          }}
          path={before => `audit?limit=200${before === null ? '' : `&before=${before}`}`}
          rowsOf={({ entries }) => entries}
          nextOf={({ entries }) => (entries.length < 200 ? null : entries.at(-1)!.number)}
        />
      </div>
      <Loading of={loaded}>
        {({ entries }) =>
          entries.length === 0 ? (
            <p class="hint">{words.audit.none}</p>
          ) : (
            <>
              <Table label={words.audit.heading} columns={words.audit.columns}>
                {entries.map(({ number, time, actor, action, subject, outcome, changes }) => (
                  <tr key={number}>
                    <th scope="row">
                      <time dateTime={time}>{instant(time)}</time>
                    </th>
                    <td title={actor.id}>{actor.name}</td>
                    <td>{words.audit.actions[action]}</td>
                    <td>
                      <code>{subject}</code>
                    </td>
                    <td class="changes">
                      {changes?.map(({ field, from, to }) => (
                        <div key={field}>{words.audit.change(field, from, to)}</div>
                      ))}
                    </td>
                    <td>
                      <Outcome outcome={outcome} />{' '}
                      {mayUndo && action === 'task.settings' && outcome === 'done' && changes?.length ? (
                        <a href={undoOf(subject, number)} aria-label={words.audit.undoOf(instant(time))}>
                          {settingsWords.undo}
                        </a>
                      ) : null}
                    </td>
                  </tr>
                ))}
              </Table>
              {entries.some(({ outcome }) => outcome === 'begun') && (
                <p class="hint">{words.audit.begunHint}</p>
              )}
              <Pager places={places} next={entries.length < entriesPerPage ? null : entries.at(-1)!.number} />
            </>
          )
        }
      </Loading>
    </section>
  );
}

function Outcome({ outcome }: Pick<AuditEntryMessage, 'outcome'>) {
  if (outcome === 'done') return <span class="badge is-valid">{words.audit.done}</span>;
  if (outcome === 'begun') return <span class="badge">{words.audit.begun}</span>;
  return (
    <span class="badge is-failed" title={textOf(outcome)}>
      {outcome}
    </span>
  );
}
