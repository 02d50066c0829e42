import type { ClientsCompared } from '../run-events/run-event.ts';
import type { VirtualFederation } from './federation.ts';

/** Picks `count` clients, evenly spread over all, including the first. */
function spread(count: number, clients: readonly number[]): number[] {
  const some = Math.min(count, clients.length);
  return Array.from({ length: some }, (_, i) => clients[Math.floor((i * clients.length) / some)]!);
}

/**
 * Compares the first and the newest version on the examples of each of `count` clients, one result per
 * metric.
 * @param clients numbers of all clients with examples, to choose from
 */
export async function compareClients(
  federation: Pick<VirtualFederation, 'compareClients'>,
  count: number,
  clients: readonly number[],
  round: number,
): Promise<ClientsCompared[]> {
  const client = spread(count, clients);
  if (client.length === 0) return [];
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
