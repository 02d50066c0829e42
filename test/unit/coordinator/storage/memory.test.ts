import { memoryBlobs, memoryDevices, memoryHistory } from '@murmuration/coordinator/storage/memory';
import { MemoryRounds } from '@murmuration/coordinator/storage/memory-rounds';
import { blobsContract } from '../../../contract/blobs.ts';
import { devicesContract } from '../../../contract/devices.ts';
import { historyContract } from '../../../contract/history.ts';
import { roundsContract } from '../../../contract/rounds.ts';
import { VirtualClock } from '../../../virtual-clock.ts';

blobsContract('memory', async () => memoryBlobs(new VirtualClock(1_000)));
devicesContract('memory', async () => memoryDevices());
historyContract('memory', async () => memoryHistory());
roundsContract('memory', async () => {
  const rounds = new MemoryRounds();
  return { rounds, history: memoryHistory(rounds) };
});
