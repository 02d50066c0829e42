import type { DeviceOutcomes } from '@murmuration/api/monitor';
import { addressOf } from '../context/routes.ts';
import { Ago } from '../controls/moment.tsx';
import { VersionOutcomes } from '../queries/outcomes.tsx';
import { words } from './words.ts';

/** Outcomes of predictions on devices, by version; nothing if no task has such a query. */
export function DevicesCard({ told }: { readonly told: readonly DeviceOutcomes[] }) {
  if (told.length === 0) return null;
  const queries = [...new Set(told.map(({ task, query }) => JSON.stringify([task, query])))];
  return (
    <section class="card" aria-labelledby="on-devices">
      <h2 id="on-devices">{words.devices.heading}</h2>
      <p class="muted">{words.devices.lead}</p>
      {queries.map(key => {
        const of = told.filter(({ task, query }) => JSON.stringify([task, query]) === key);
        const [{ task, query, at }] = of as [DeviceOutcomes];
        return (
          <div key={key} class="ranking outcomes">
            <h3>
              <a href={addressOf({ page: 'query', task, query })}>{words.devices.query(task, query)}</a>{' '}
              <span class="muted">
                <Ago at={at} />
              </span>
            </h3>
            {of.map(version => (
              <VersionOutcomes key={version.model} version={version} />
            ))}
          </div>
        );
      })}
    </section>
  );
}
