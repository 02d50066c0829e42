import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Admission } from '@murmuration/coordinator/devices/admission';
import { frameLengths } from '@murmuration/coordinator/devices/frame-lengths';
import { Gateway } from '@murmuration/coordinator/socket/gateway';
import { deviceConnectionsContract } from '../../../../contract/device-connections.ts';
import { RawDevice } from '../../../../e2e/raw-device.ts';

deviceConnectionsContract('a socket', async (connections, requests, bounds) => {
  const http = createServer();
  const gateway = new Gateway(http, connections, {
    ...bounds,
    admission: new Admission(bounds.limits, bounds.clock),
    frames: frameLengths([]),
  });
  gateway.open(requests);
  await new Promise<void>(resolve => http.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  const devices: RawDevice[] = [];
  return {
    device(key) {
      const device = new RawDevice(url, key);
      devices.push(device);
      return device;
    },
    async close() {
      for (const device of devices) device.disconnect();
      await gateway.close();
      await new Promise(resolve => http.close(resolve));
    },
  };
});
