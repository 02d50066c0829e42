import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { ownThread } from '@murmuration/simulations/workers/own-thread';
import { startThreads, WorkerPool } from '@murmuration/simulations/workers/worker-pool';
import { expect, it } from 'vitest';
import { describeJobPool, smallRun } from '../../../../contract/job-pool.ts';
import { assignmentOf, layout } from '../../../client-sdk/memory-coordinator.ts';

describeJobPool('in its own thread', async setup => new WorkerPool([ownThread(setup)]));
describeJobPool('in threads', async setup => new WorkerPool(startThreads(2, setup)));

it('an update takes the memory of what was learned, unless others share it', async () => {
  const { setup } = await smallRun();
  const thread = ownThread(setup);
  const assignment = assignmentOf(new VirtualClock());
  const prepared = (delta: Float32Array) =>
    thread.run({ kind: 'prepare', contribution: { delta, examples: 3, layout }, assignment, draws: 'a' });
  const whole = Float32Array.from({ length: layout.count }, (_, i) => i / 10);
  const shared = new Float32Array(layout.count + 1);
  shared.set(whole);
  expect(await prepared(shared.subarray(0, layout.count))).toEqual(await prepared(whole));
  expect(whole.length).toBe(0);
  expect(shared.length).toBe(layout.count + 1);
  await thread.destroy();
});
