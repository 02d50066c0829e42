import type { ClientsCompared } from '../report/run-event.ts';
import type { Federation } from './federation.ts';

/** `count` of so many clients, evenly spread over all, from 0 on. */
function spread(count: number, clients: number): number[] {
  const some = Math.min(count, clients);
  return Array.from({ length: some }, (_, i) => Math.floor((i * clients) / some));
}

/** How the first and the newest version do on the own examples of each of some clients, a metric at a time. */
export async function compareClients(
  federation: Pick<Federation, 'compareClients'>,
  count: number,
  clients: number,
  round: number,
): Promise<ClientsCompared[]> {
  const client = spread(count, clients);
  const { first, newest } = await federation.compareClients(client);
  const names = Object.keys(newest[0]?.metrics ?? {});
  return names.map(metric => {
    const values = (measured: typeof first) =>
      measured.map(({ metrics }) => {
        const value = metrics[metric];
        return value !== undefined && Number.isFinite(value) ? value : null;
      });
    return {
      type: 'clients-compared',
      round,
      metric,
      client,
      before: { model: 'first model', values: values(first) },
      after: { model: 'global', values: values(newest) },
    };
  });
}
