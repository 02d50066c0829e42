import { ownThread } from '@murmuration/simulations/workers/own-thread';
import { startThreads, WorkerPool } from '@murmuration/simulations/workers/worker-pool';
import { describeJobPool } from '../../../contract/job-pool.ts';

describeJobPool('in its own thread', async setup => new WorkerPool([ownThread(setup)]));
describeJobPool('in threads', async setup => new WorkerPool(startThreads(2, setup)));
