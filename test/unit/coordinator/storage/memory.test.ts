import { memoryBlobs, memoryDevices, memoryHistory } from '@murmuration/coordinator/storage/memory';
import { blobsContract } from '../../../contract/blobs.ts';
import { devicesContract } from '../../../contract/devices.ts';
import { historyContract } from '../../../contract/history.ts';

blobsContract('memory', async () => memoryBlobs());
devicesContract('memory', async () => memoryDevices());
historyContract('memory', async () => memoryHistory());
