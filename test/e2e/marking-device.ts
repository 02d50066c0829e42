// One device of the marking task as a process: `marking-device.ts URL INDEX TRANSPORT`. Says that it trains, and never ends that.
import { FederatedClient } from '@murmuration/client-sdk/node';
import { markingOptions } from './marking-line.ts';

const [url, index, transport] = process.argv.slice(2);
const train = () => {
  process.stdout.write('training\n');
  return new Promise(() => {});
};
const options = markingOptions(url!, Number(index), transport as 'http' | 'sockets', train);
await new FederatedClient(options).start();
