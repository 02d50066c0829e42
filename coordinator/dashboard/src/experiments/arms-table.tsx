import type { ExperimentMessage } from '@murmuration/api/experiment';
import { Table } from '../controls/table.tsx';
import { count, percent } from '../format/format.ts';
import { Effect, mostOf } from './effect.tsx';
import { standingOf } from './standing.ts';
import { words } from './words.ts';

/** Table of an experiment's arms, with their differences from the control. */
export function ArmsTable({ experiment }: { readonly experiment: ExperimentMessage }) {
  const { name, kind, arms, metric, query } = experiment;
  const { winner } = standingOf(experiment);
  const { columns } = words;
  const isSplit = kind !== 'mirror';
  const isOfDevices = query !== null;
  return (
    <Table
      label={words.armsOf(name)}
      columns={{
        arm: columns.arm,
        share: isSplit && columns.share,
        units: isOfDevices ? columns.came : isSplit ? columns.units : columns.requests,
        outcomes: isSplit && (isOfDevices ? columns.answered : columns.outcomes),
        metric: isSplit && words.metrics[metric],
        difference: isSplit && columns.difference,
        best: isSplit && columns.best,
        agreed: !isSplit && columns.agreed,
        dropped: !isSplit && columns.dropped,
        predictions: isOfDevices && columns.predictions,
        failures: !isOfDevices && columns.failures,
        latency: !isOfDevices && columns.latency,
      }}
    >
      {arms.map(arm => (
        <tr key={arm.name}>
          <th scope="row">
            {arm.name} {arm === winner && <span class="badge is-valid">{words.winner}</span>}
            <span class="reason">{words.version(arm.version)}</span>
          </th>
          {isSplit ? (
            <Measured arm={arm} metric={metric} most={mostOf(arms)} />
          ) : (
            <>
              <td>{count(arm.requests)}</td>
              <td>{arm.agreed === null ? '–' : percent(arm.agreed)}</td>
              <td>{count(arm.dropped)}</td>
            </>
          )}
          {isOfDevices ? (
            <td>{words.predictions(arm)}</td>
          ) : (
            <>
              <td>{words.failures(arm)}</td>
              <td>{arm.latency === null ? '–' : words.value('latency', arm.latency)}</td>
            </>
          )}
        </tr>
      ))}
    </Table>
  );
}

/** Cells for arms of a split, in which each key belongs to one arm. */
function Measured({ arm, metric, most }: Parameters<typeof Effect>[0]) {
  return (
    <>
      <td class="figure">{percent(arm.share)}</td>
      <td>{count(arm.units)}</td>
      <td>{count(arm.outcomes)}</td>
      <td>
        {arm.value ? (
          <>
            {words.value(metric, arm.value.mean)}
            <span class="reason figure">{words.range(metric, arm.value.interval)}</span>
          </>
        ) : (
          '–'
        )}
      </td>
      <td>
        <Effect arm={arm} metric={metric} most={most} />
      </td>
      <td>{arm.best === null ? '–' : words.chance(arm.best)}</td>
    </>
  );
}
