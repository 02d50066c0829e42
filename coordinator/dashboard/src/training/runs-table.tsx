import type { TrainingRunMessage } from '@murmuration/api/run';
import { addressOf } from '../context/routes.ts';
import { Ago } from '../controls/moment.tsx';
import { Table } from '../controls/table.tsx';
import { count, duration } from '../format/format.ts';
import { terms } from '../format/terms.ts';
import { nameOf, readable, readingOf } from '../metrics/figures.ts';
import { fateOf } from './fate.ts';
import { words } from './words.ts';

interface Shown {
  readonly task: string;
  readonly runs: readonly TrainingRunMessage[];
}

/** Training runs, newest first: the reasons of their beginning and end, and the fate of their version. */
export function RunsTable({ task, runs }: Shown) {
  return (
    <Table label={words.runs} columns={words.columns} numbers={['versions']}>
      {runs.map(run => (
        <RunRow key={run.id} task={task} run={run} />
      ))}
    </Table>
  );
}

function RunRow({ task, run }: { readonly task: string; readonly run: TrainingRunMessage }) {
  const { number, why, startedAt, endedAt, ending, rounds, failed, metrics } = run;
  const took = endedAt === null ? null : duration(Date.parse(endedAt) - Date.parse(startedAt));
  return (
    <tr>
      <th scope="row">
        {count(number)}
        <span class="reason">
          <Ago at={startedAt} />
        </span>
      </th>
      <td>
        {words.kinds[why.trigger]}
        <span class="reason">{why.reason}</span>
      </td>
      <td>
        <span class={`badge ${ending ? (isBad(ending.reason) ? 'is-failed' : '') : 'is-both'}`}>
          {ending ? words.endings[ending.reason] : words.open}
        </span>
        {ending && <span class="reason">{words.after(ending.text, took)}</span>}
      </td>
      <td class="number">
        {count(rounds)}
        {failed > 0 && <span class="reason">{words.failed(failed)}</span>}
      </td>
      <td>
        {Object.entries(metrics ?? {}).map(([name, value]) => (
          <span key={name} class="reason figure">
            {nameOf(name)} {readable(value, readingOf(name, [value]))}
          </span>
        ))}
        {metrics === null && '–'}
      </td>
      <td>
        <Result task={task} run={run} />
      </td>
    </tr>
  );
}

/** Resulting version, and the gate's decision about it. */
function Result({ task, run: { version } }: { readonly task: string; readonly run: TrainingRunMessage }) {
  if (!version) return <>–</>;
  const { fate, reason } = fateOf(version);
  return (
    <>
      <a href={addressOf({ page: 'version', task, version: version.number })}>
        {terms.version(version.number)}
      </a>{' '}
      <span class={`badge ${tones[fate]}`}>{words.fates[fate]}</span>
      {reason !== null && <span class="reason">{reason}</span>}
    </>
  );
}

const tones = {
  served: 'is-valid',
  replaced: '',
  waits: '',
  held: 'is-both',
  refused: 'is-failed',
  'not-measured': 'is-failed',
  'rolled-back': 'is-failed',
} as const satisfies Record<ReturnType<typeof fateOf>['fate'], string>;

function isBad(reason: NonNullable<TrainingRunMessage['ending']>['reason']): boolean {
  return reason === 'failures' || reason === 'unmeasured';
}
