import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { taskLeasesContract } from '../../../../contract/task-leases.ts';
import { MemoryLeases } from './memory-leases.ts';

taskLeasesContract('the memory of a process', async () => {
  const all = new MemoryLeases(new VirtualClock(1_000));
  return [all.cell(), all.cell()];
});
