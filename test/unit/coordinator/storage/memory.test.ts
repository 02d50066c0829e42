import { memoryBlobs } from '@murmuration/coordinator/storage/memory/blobs';
import { memoryDevices } from '@murmuration/coordinator/storage/memory/devices';
import { memoryHistory } from '@murmuration/coordinator/storage/memory/history';
import { MemoryRounds } from '@murmuration/coordinator/storage/memory/rounds';
import { blobsContract } from '@murmuration/coordinator/testing/blobs';
import { devicesContract } from '../../../contract/devices.ts';
import { historyContract } from '../../../contract/history.ts';
import { partsContract } from '../../../contract/round-parts.ts';
import { roundsContract } from '../../../contract/rounds.ts';

blobsContract('memory', async clock => memoryBlobs(clock));
devicesContract('memory', async () => memoryDevices());
historyContract('memory', async () => memoryHistory());
roundsContract('memory', async () => {
  const rounds = new MemoryRounds();
  return { rounds, history: memoryHistory(rounds) };
});
partsContract('memory', async () => {
  const rounds = new MemoryRounds();
  return { rounds, parts: rounds.parts, history: memoryHistory(rounds) };
});
