import { DeviceConnections } from '@murmuration/coordinator/devices/device-connections';
import { frameLengths } from '@murmuration/coordinator/devices/frame-lengths';
import type { DeviceRequests } from '@murmuration/coordinator/devices/request-handlers';
import type { Uploads } from '@murmuration/coordinator/devices/uploads';
import { updatePath } from '@murmuration/protocol/messages/channel';
import { refusalOf } from '@murmuration/protocol/messages/frame';
import { native } from '@murmuration/protocol/primitives/node';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import type { CoordinatorEvents } from '@murmuration/rounds/events/events';
import { Population } from '@murmuration/rounds/population/population';
import { aliasesIn } from '@murmuration/rounds/registry/aliases';
import { Registry } from '@murmuration/rounds/registry/registry';
import { Traffic } from '@murmuration/rounds/rounds/traffic';
import { LoopbackGateway } from '@murmuration/simulations/loopback/gateway';
import { memoryBlobs } from '@murmuration/storage/memory/blobs';
import { memoryDevices } from '@murmuration/storage/memory/devices';
import { memoryDocuments } from '@murmuration/storage/memory/documents';
import { memoryHistory } from '@murmuration/storage/memory/history';
import { deviceConnectionsContract } from '../../../../contract/device-connections.ts';
import { uploadsContract } from '../../../../contract/uploads.ts';
import { seededRandom } from '../../../../seeded-random.ts';
import { boundsOf } from '../../../coordinator/server/bounds.ts';
import { LoopbackDevice } from './loopback-device.ts';

/** A gateway that takes connections and updates, whoever answers them. */
function gatewayOf(
  connections: DeviceConnections,
  events: CoordinatorEvents,
  {
    requests = {} as DeviceRequests,
    uploads = {} as Uploads,
  }: { requests?: DeviceRequests; uploads?: Uploads },
): LoopbackGateway {
  const gateway = new LoopbackGateway(connections, events);
  const registry = new Registry(memoryBlobs(), memoryHistory(), aliasesIn(memoryDocuments()));
  gateway.open({ rounds: new Map(), registry, traffic: new Traffic(), requests, uploads });
  return gateway;
}

deviceConnectionsContract('a loopback', async (connections, requests, { events }) => {
  const gateway = gatewayOf(connections, events, { requests });
  const devices: LoopbackDevice[] = [];
  return {
    device(key) {
      const device = new LoopbackDevice(gateway, key);
      devices.push(device);
      return device;
    },
    async close() {
      for (const device of devices) device.disconnect();
    },
  };
});

uploadsContract('a loopback', async (uploads, { events }) => {
  const clock = new VirtualClock();
  const population = new Population(memoryDevices(), async () => true, native, clock);
  const frames = frameLengths([]);
  const ports = { ...boundsOf({ events, clock }), random: seededRandom(1), population, frames };
  const gateway = gatewayOf(new DeviceConnections(ports), events, { uploads });
  return {
    put: ({ round, assignment, token }, bytes, signature) =>
      gateway.upload(updatePath(round, assignment), { token, ...(signature && { signature }) }, bytes).then(
        () => null,
        (error: unknown) => refusalOf(error).code,
      ),
    close: async () => {},
  };
});
