import type { RetrainingMessage } from '@murmuration/api/run';
import { ResponsiveTable } from '@murmuration/ui/controls/responsive-table';
import { Ago } from '../controls/moment.tsx';
import { words } from './words.ts';

/** Triggers of a task's training: the condition of each, and its current state. */
export function TriggersCard({ triggers }: Pick<RetrainingMessage, 'triggers'>) {
  const { triggerColumns } = words;
  return (
    <section class="card" aria-labelledby="triggers">
      <h2 id="triggers">{words.triggers}</h2>
      {triggers.length === 0 ? (
        <p class="hint">{words.noTriggers}</p>
      ) : (
        <ResponsiveTable label={words.triggers}>
          <table>
            <thead>
              <tr>
                <th scope="col">{triggerColumns.trigger}</th>
                <th scope="col">{triggerColumns.fires}</th>
                <th scope="col">{triggerColumns.next}</th>
              </tr>
            </thead>
            <tbody>
              {triggers.map(({ kind, text, next, heard }) => (
                <tr key={text}>
                  <th scope="row">{words.kinds[kind]}</th>
                  <td>{text}</td>
                  <td>
                    {next !== null && <Ago at={next} />}
                    {next === null && (heard ?? words.nothingHeard(kind))}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </ResponsiveTable>
      )}
    </section>
  );
}
