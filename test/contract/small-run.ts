// The scenario of the contract of job pools: workers in other processes load it as well.
import clusters from '@murmuration/tuning/scenarios/clusters';

/** The client that has no examples. */
export const idleClient = 11;

/** Points of clusters; one client has none. */
export default {
  ...clusters,
  module: import.meta.url,
  async data(settings: Parameters<typeof clusters.data>[0]) {
    const data = await clusters.data(settings);
    const clients = data.clients.map((own, client) => (client === idleClient ? new Uint32Array() : own));
    return { ...data, clients };
  },
};
