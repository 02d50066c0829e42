import type { RetrainingMessage } from '@murmuration/api/run';
import { Ago } from '../controls/moment.tsx';
import { Table } from '../controls/table.tsx';
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
        <Table label={words.triggers} columns={triggerColumns}>
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
        </Table>
      )}
    </section>
  );
}
