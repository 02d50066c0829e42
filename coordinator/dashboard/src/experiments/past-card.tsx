import type { ExperimentMessage } from '@murmuration/api/experiment';
import { Ago } from '../controls/moment.tsx';
import { Table } from '../controls/table.tsx';
import { count } from '../format/format.ts';
import { words } from './words.ts';

const tones = {
  running: '',
  stopped: '',
  broken: 'is-failed',
  guarded: 'is-failed',
  ended: '',
  promoted: 'is-valid',
  overtaken: 'is-both',
} as const satisfies Record<ExperimentMessage['outcome'], string>;

/** Past experiments, newest first: their ends and verdicts. */
export function PastCard({ experiments }: { readonly experiments: readonly ExperimentMessage[] }) {
  const { pastColumns } = words;
  return (
    <section class="card" aria-labelledby="past-experiments">
      <h2 id="past-experiments">{words.past}</h2>
      <Table label={words.past} columns={pastColumns}>
        {experiments.map(experiment => (
          <PastRow key={experiment.name} experiment={experiment} />
        ))}
      </Table>
    </section>
  );
}

function PastRow({ experiment }: { readonly experiment: ExperimentMessage }) {
  const { name, kind, outcome, reason, arms, endedAt } = experiment;
  return (
    <tr>
      <th scope="row">
        {name}
        <span class="reason">{words.kinds[kind]}</span>
      </th>
      <td>
        <span class={`badge ${tones[outcome]}`}>{words.outcomes[outcome]}</span>{' '}
        {endedAt && <Ago at={endedAt} />}
        {reason && <span class="reason">{reason}</span>}
      </td>
      <td>{arms.map(words.armOf).join(', ')}</td>
      <td>{count(arms.reduce((sum, { units }) => sum + units, 0))}</td>
      <td class="conclusion">
        {words.verdict(experiment)}
        <span class="reason">{words.certainty(experiment)}</span>
      </td>
    </tr>
  );
}
