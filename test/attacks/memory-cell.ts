import { parseConfig } from '@murmuration/coordinator/assembly/config';
import { type Coordinator, createCoordinator } from '@murmuration/coordinator/assembly/main';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import { systemClock } from '@murmuration/protocol/time/system-clock';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import type { TaskDefinition } from '@murmuration/rounds/task/define-task';
import type { TaskLeases } from '@murmuration/storage/leases/ports';
import { openStorage, type Stores } from '@murmuration/storage/storage';
import { enrolmentToken, lineTask } from '../e2e/line.ts';
import { MemoryLeases } from '../unit/coordinator/server/cells/memory-leases.ts';

/** A cell that has its task, and the storage, in memory, in which it reads what other cells have done. */
export interface MemoryCell {
  readonly cell: Coordinator;
  readonly clock: VirtualClock;
  readonly storage: Stores;
  readonly leases: TaskLeases;
}

/** Starts one; whoever asks for it stops it. */
export async function startMemoryCell(task: Partial<TaskDefinition> = {}): Promise<MemoryCell> {
  const clock = new VirtualClock(systemClock.now());
  const { leases } = new MemoryLeases(clock).cell();
  const storage = { ...(await openStorage(undefined, clock)), leases };
  const config = parseConfig({
    port: 0,
    role: 'cell',
    storage: 'postgres://database/cells',
    enrolmentTokens: [enrolmentToken],
    log: 'silent',
  });
  const cell = await createCoordinator(config, [lineTask(task)], { clock, random: systemRandom, storage });
  await cell.start();
  return { cell, clock, storage, leases };
}
