import { blobsContract } from '@murmuration/rounds/testing/blobs';
import { devicesContract } from '../../../../contract/devices.ts';
import { historyContract } from '../../../../contract/history.ts';
import { partsContract } from '../../../../contract/round-parts.ts';
import { roundsContract } from '../../../../contract/rounds.ts';
import { storageFolders } from '../folders.ts';

const { open, reopen } = storageFolders();

blobsContract(
  'a folder',
  async clock => (await open(clock)).blobs,
  async () => (await reopen()).blobs,
);
devicesContract(
  'a folder',
  async () => (await open()).devices,
  async () => (await reopen()).devices,
);
historyContract(
  'a folder',
  async () => (await open()).history,
  async () => (await reopen()).history,
);
roundsContract('a folder', () => open(), reopen);
partsContract('a folder', () => open(), reopen);
