import { Admission } from '@murmuration/coordinator/devices/admission';
import { createApp } from '@murmuration/coordinator/http/app';
import { PolledConnections } from '@murmuration/coordinator/polling/polled-connections';
import { connectionRoutes } from '@murmuration/coordinator/polling/routes';
import { deviceConnectionsContract } from '../../../../contract/device-connections.ts';
import { PollingDevice } from '../../../../e2e/polling-device.ts';
import { seededRandom } from '../../../../seeded-random.ts';

deviceConnectionsContract('plain HTTP', async (connections, requests, bounds) => {
  const app = await createApp({ ...bounds, cors: [] });
  const admission = new Admission(bounds.limits, bounds.clock);
  const polled = new PolledConnections(connections, { ...bounds, admission, random: seededRandom(2) });
  connectionRoutes(app, polled, bounds);
  connections.open(requests);
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  return {
    device: key => new PollingDevice(url, key),
    async close() {
      polled.close();
      await app.close();
    },
  };
});
