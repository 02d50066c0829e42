import { blobsContract } from '@murmuration/rounds/testing/blobs';
import { memoryBlobs } from '@murmuration/storage/memory/blobs';
import { memoryDevices } from '@murmuration/storage/memory/devices';
import { memoryHistory } from '@murmuration/storage/memory/history';
import { MemoryRounds } from '@murmuration/storage/memory/rounds';
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
