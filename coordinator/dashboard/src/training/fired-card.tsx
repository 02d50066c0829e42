import type { TriggerRecordMessage, TriggerRecordsMessage } from '@murmuration/api/run';
import { Ago } from '../controls/moment.tsx';
import { Pager, usePlaces } from '../controls/pager.tsx';
import { Table } from '../controls/table.tsx';
import { useLoaded } from '../loading/loaded.ts';
import { Loading } from '../loading/loading.tsx';
import { words } from './words.ts';

const tones = {
  began: 'is-valid',
  waits: 'is-both',
  suppressed: '',
} as const satisfies Record<TriggerRecordMessage['outcome'], string>;

/** Triggers that fired, newest first: the runs they began, or what prevented them. */
export function FiredCard({ task }: { readonly task: string }) {
  const places = usePlaces<number>();
  const records = useLoaded<TriggerRecordsMessage>(
    `tasks/${task}/triggers?limit=20${places.query('before')}`,
    ['runs'],
    task,
  );
  const { firedColumns } = words;
  return (
    <section class="card" aria-labelledby="fired">
      <h2 id="fired">{words.fired}</h2>
      <Loading of={records}>
        {answer =>
          answer.records.length === 0 ? (
            <p class="hint">{words.noneFired}</p>
          ) : (
            <>
              <Table label={words.fired} columns={firedColumns}>
                {answer.records.map(record => (
                  <FiredRow key={record.number} record={record} />
                ))}
              </Table>
              <Pager places={places} next={answer.next} />
            </>
          )
        }
      </Loading>
    </section>
  );
}

function FiredRow({ record }: { readonly record: TriggerRecordMessage }) {
  const { why, count, since, outcome } = record;
  return (
    <tr>
      <th scope="row">
        <Ago at={why.at} />
        {count > 1 && (
          <span class="reason">
            {words.times(count)} <Ago at={since} />
          </span>
        )}
      </th>
      <td>
        {words.kinds[why.trigger]}
        <span class="reason">{why.reason}</span>
      </td>
      <td>
        <span class={`badge ${tones[outcome]}`}>{words.outcomes[outcome]}</span>
        {outcome !== 'began' && <span class="reason">{words.keptBy(record)}</span>}
      </td>
    </tr>
  );
}
