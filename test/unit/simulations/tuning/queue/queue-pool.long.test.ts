// @module-tag redis
import { setImmediate } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { inspect } from 'node:util';
import { startBackend } from '@murmuration/engine/backend/backend';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import type { Clock } from '@murmuration/protocol/time/clock';
import { systemClock } from '@murmuration/protocol/time/system-clock';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { openFederation, type VirtualFederation } from '@murmuration/simulations/federation/federation';
import type { JobPool } from '@murmuration/simulations/workers/job-pool';
import type { WorkerSetup } from '@murmuration/simulations/workers/jobs';
import { WorkerPool } from '@murmuration/simulations/workers/worker-pool';
import { readRedisAddress } from '@murmuration/tuning/queue/address';
import { encodeAnswer } from '@murmuration/tuning/queue/answers';
import { connectRedis, endRedis } from '@murmuration/tuning/queue/connection';
import { jobWorker } from '@murmuration/tuning/queue/job-worker';
import { keys } from '@murmuration/tuning/queue/keys';
import { openQueuePool } from '@murmuration/tuning/queue/queue-pool';
import { RemoteJobs } from '@murmuration/tuning/queue/remote-jobs';
import { work } from '@murmuration/tuning/queue-worker/work';
import clusters from '@murmuration/tuning/scenarios/clusters';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { describeJobPool, smallRun } from '../../../../contract/job-pool.ts';
import smallRunScenario from '../../../../contract/small-run.ts';
import { freePort } from '../../../../free-port.ts';
import { QueueWorker, SimulateProcess } from '../../../../queue-workers.ts';
import { RedisServer, redisPassword } from '../../../../redis-server.ts';

const smallRunFile = fileURLToPath(smallRunScenario.module);
let redis: RedisServer;
const told: string[] = [];
const tell = (line: string) => void told.push(line);
/** Ends what a test has started. */
const ends: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  await startBackend();
  redis = await RedisServer.start();
});
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});
afterAll(async () => {
  await redis?.remove();
  for (const line of told) {
    expect(line).not.toContain(redisPassword);
    expect(line).not.toContain(encodeURIComponent(redisPassword));
  }
});

/** A worker in this process; returns what ends it. */
function startWorker(name: string): () => Promise<void> {
  const stop = new AbortController();
  const { signal } = stop;
  const { address } = redis;
  const ended = work({
    address,
    threads: 1,
    files: [smallRunFile],
    name,
    clock: systemClock,
    random: systemRandom,
    tell,
    signal,
  });
  ended.catch(() => {});
  return async () => {
    stop.abort();
    await ended;
  };
}

function openPool(setup: WorkerSetup, signal = new AbortController().signal): Promise<JobPool> {
  const { address } = redis;
  const { name } = clusters;
  return openQueuePool(setup, { address, name, clock: systemClock, random: systemRandom, tell, signal });
}

const change = {
  data: { clients: 30, perClient: 200, heldOut: 200 },
  plan: { epochs: 5 },
  cohort: { goal: 8, overSelection: 1 },
};

async function openRun(given: object, workers: 0 | typeof openPool): Promise<VirtualFederation> {
  const settings = clusters.schema.parse({ ...clusters.defaults, ...change, ...given });
  const federation = await openFederation(clusters as never, settings, await clusters.data(settings), {
    workers,
  });
  ends.push(() => federation.close());
  return federation;
}

/** What some rounds lead to; `during` is called while the second one is under way. */
async function outcome(federation: VirtualFederation, during: () => Promise<unknown> = async () => {}) {
  const ended = [await federation.next()];
  const second = federation.next();
  await during();
  ended.push(await second, await federation.next());
  return {
    hash: await federation.weightsHash(),
    ended: ended.map(({ wallSeconds: _, ...rest }) => rest),
    compared: await federation.compareClients([1, 2, 3]),
  };
}

/** Resolves while jobs of a run are under way. */
async function underWay(): Promise<void> {
  const connection = await redis.connect();
  try {
    await expect
      .poll(
        async () => {
          const [active] = await connection.keys(`${keys.jobs}:*:active`);
          return active === undefined ? 0 : connection.llen(active);
        },
        { interval: 5 },
      )
      .toBeGreaterThan(0);
  } finally {
    await endRedis(connection);
  }
}

describe('over a Redis', () => {
  let server: RedisServer;
  let end: () => Promise<void>;
  beforeAll(async () => {
    server = redis;
    end = startWorker('contract');
  });
  afterAll(() => end());
  describeJobPool('over a queue', setup => {
    expect(server).toBe(redis);
    return openPool(setup);
  });
});

describe('a run whose workers share a queue', () => {
  it.each([
    ['with masks', { masking: { enabled: true } }],
    ['with corrections of its steps', { strategy: { name: 'scaffold' }, update: { weighting: 'uniform' } }],
    ['with layers of the devices', { plan: { ...change.plan, privateLayers: ['clusters'] } }],
  ])('%s leads to the weights of one in its own thread, bit for bit', async (_, given) => {
    const reference = await outcome(await openRun(given, 0));
    ends.push(startWorker('a'), startWorker('b'));
    expect(await outcome(await openRun(given, openPool))).toEqual(reference);
  });

  it('loses nothing and counts nothing twice where a worker is killed while it trains', async () => {
    const reference = await outcome(await openRun({}, 0));
    const workers = [new QueueWorker(redis.url), new QueueWorker(redis.url)] as const;
    ends.push(...workers.map(each => () => each.end('SIGKILL')));
    const pool = (setup: WorkerSetup) => {
      const { address } = redis;
      const { name } = clusters;
      const { signal } = new AbortController();
      const ports = { address, name, clock: systemClock, random: systemRandom, tell, signal, workers: 2 };
      return openQueuePool(setup, ports);
    };
    const federation = await openRun({}, pool as typeof openPool);
    const mine = await outcome(federation, async () => {
      await underWay();
      await workers[0].end('SIGKILL');
    });
    expect(mine).toEqual(reference);
    expect(await workers[1].end('SIGINT')).toBe(0);
    expect(workers[1].text).not.toContain(redisPassword);
    expect(workers[1].text).toContain('Working for a run of clusters.');
  });

  it('goes on where the Redis forgets everything while they train', async () => {
    const reference = await outcome(await openRun({ masking: { enabled: true } }, 0));
    ends.push(startWorker('a'), startWorker('b'));
    const connection = await redis.connect();
    ends.push(() => endRedis(connection));
    const federation = await openRun({ masking: { enabled: true } }, openPool);
    const mine = await outcome(federation, async () => {
      for (let i = 0; i < 3; i++) {
        await underWay();
        await connection.flushall();
      }
    });
    expect(mine).toEqual(reference);
  });

  it('waits for a Redis that goes away, says so, and goes on where it comes back empty', async () => {
    const reference = await outcome(await openRun({}, 0));
    ends.push(startWorker('a'));
    const federation = await openRun({}, openPool);
    told.length = 0;
    const mine = await outcome(federation, async () => {
      await underWay();
      await redis.stop();
      await expect.poll(() => told.join('\n')).toContain(`${redis.address.name} is gone; waiting for it.`);
      await redis.startAgain();
    });
    expect(mine).toEqual(reference);
    expect(told).toContain(`${redis.address.name} is back.`);
  });

  it('goes on with the worker that comes after the only one has gone', async () => {
    const reference = await outcome(await openRun({}, 0));
    const endFirst = startWorker('first');
    const federation = await openRun({}, openPool);
    const mine = await outcome(federation, async () => {
      await endFirst();
      ends.push(startWorker('second'));
    });
    expect(mine).toEqual(reference);
    expect(told.join('\n')).toContain('there is none now, and the run waits.');
  });

  it('leaves nothing of its jobs in the Redis', async () => {
    ends.push(startWorker('a'));
    const federation = await openRun({}, openPool);
    await federation.next();
    await federation.close();
    ends.pop();
    const connection = await redis.connect();
    ends.push(() => endRedis(connection));
    const left = await connection.keys('*');
    expect(left.filter(key => key.startsWith(keys.jobs) || key.includes(':result:'))).toEqual([]);
    expect(await connection.hlen(keys.runs)).toBe(0);
    // What else there is expires.
    for (const key of left) expect(await connection.ttl(key)).toBeGreaterThan(0);
  });

  it('ends after its round on Ctrl-C, and leaves nothing of its jobs in the Redis', async () => {
    ends.push(startWorker('a'));
    const run = new SimulateProcess([
      'clusters',
      '--json',
      '--set',
      'stop.rounds=100000',
      '--workers',
      redis.url,
    ]);
    ends.push(() => run.end('SIGKILL'));
    await expect.poll(() => run.text).toContain('The worker a with 1 thread has come');
    await underWay();
    expect(await run.end('SIGINT')).toBe(0);
    expect(run.text).toContain('"outcome":"stopped"');
    expect(run.text).toContain('Jobs by worker: a ');
    expect(run.text).not.toContain(encodeURIComponent(redisPassword));
    const connection = await redis.connect();
    ends.push(() => endRedis(connection));
    // The worker leaves last.
    await expect.poll(() => connection.keys(`${keys.jobs}*`)).toEqual([]);
    expect(await connection.hlen(keys.runs)).toBe(0);
  });

  it('stops where a person no longer wants to wait for workers', async () => {
    const { setup } = await smallRun();
    const stop = new AbortController();
    const opened = openPool(setup, stop.signal);
    stop.abort();
    await expect(opened).rejects.toMatchObject({ code: 'training.stopped' });
  });
});

describe('the jobs of a run', () => {
  const one = { name: 'a', threads: 1, threadsOfAll: () => 1 };

  /** A run of which no worker knows, and what it trains with. */
  async function bare(clock: Clock = systemClock) {
    const connection = await redis.connect();
    const id = 'run-of-a-test';
    const jobs = new RemoteJobs(connection, id, clock, tell);
    ends.push(async () => {
      await jobs.destroy();
      await connection.flushall();
      await endRedis(connection);
    });
    const { model } = await smallRun();
    const { privateLayers: _, ...plan } = clusters.schema.parse(clusters.defaults).plan;
    const settings = { ...plan, seed: 1 };
    const train = (client: number) => ({ kind: 'train', client, model, settings }) as const;
    return { connection, id, jobs, train };
  }

  it('are refused where no worker could read them', async () => {
    const { jobs, train } = await bare();
    const endless = { ...train(0).settings, epochs: 1_000_000 };
    await expect(jobs.run({ ...train(0), settings: endless })).rejects.toMatchObject({
      code: 'request.invalid',
    });
  });

  it('never fill the queue with more than 64', async () => {
    const { connection, id, jobs, train } = await bare();
    const pool = new WorkerPool(Array.from({ length: 32 }, () => jobs));
    for (let i = 0; i < 200; i++) pool.run(train(i), { due: i });
    await expect.poll(() => connection.llen(`${keys.jobs}:${id}:wait`)).toBe(64);
  });

  it('are taken ahead while there are enough for everybody, and the last ones by the thread that is free', async () => {
    const { connection, id, jobs, train } = await bare();
    const all = 3;
    const ongoing: (() => void)[] = [];
    const worker = jobWorker(
      connection,
      id,
      { name: 'a', threads: 1, threadsOfAll: () => all },
      () => new Promise(resolve => ongoing.push(resolve)),
    );
    ends.push(() => worker.close());
    const count = 12;
    for (let client = 0; client < count; client++) jobs.run(train(client)).catch(() => {});
    ends.push(async () => {
      for (const end of ongoing) end();
    });
    const length = (list: string) => connection.llen(`${keys.jobs}:${id}:${list}`);
    await expect.poll(() => length('wait')).toBe(count - 1);
    for (let done = 1; done < count; done++) {
      await expect.poll(() => ongoing.length).toBeGreaterThan(0);
      // What it takes ahead, it takes at once.
      await setImmediate();
      ongoing.shift()!();
      const left = count - done;
      await expect.poll(async () => (await length('wait')) + (await length('active'))).toBe(left);
      if (left > 2 * all + 2) await expect.poll(() => length('active')).toBe(2);
      if (left < 2 * all - 1) await expect.poll(() => length('active')).toBe(1);
    }
  });

  it('fail with the last reason where every worker fails at them', async () => {
    const { connection, id, jobs, train } = await bare();
    let tries = 0;
    const worker = jobWorker(connection, id, one, async () => {
      tries += 1;
      throw new Error('The worker ran out of memory.');
    });
    ends.push(() => worker.close());
    await expect(jobs.run(train(0))).rejects.toMatchObject({
      code: 'training.failed',
      detail: expect.stringContaining('given this job 10 times'),
    });
    expect(tries).toBe(10);
  });

  it('are given their results, or handed over again, as soon as their worker tells', async () => {
    // On a clock that stands still nobody looks.
    const { connection, id, jobs, train } = await bare(new VirtualClock());
    const right = { delta: train(0).model.weights.map(() => 0.5), examples: 3, metrics: { loss: 1 } };
    let tries = 0;
    const worker = jobWorker(connection, id, one, async () => {
      tries += 1;
      if (tries < 3) throw new Error('The worker ran out of memory.');
      await connection.set(keys.result(id, 0), Buffer.concat(encodeAnswer(right, 'a')));
    });
    ends.push(() => worker.close());
    expect(await jobs.run(train(0))).toEqual(right);
    expect(tries).toBe(3);
  });

  it('are given their results where nobody tells that these are there', async () => {
    const { connection, id, jobs, train } = await bare();
    const right = { delta: train(0).model.weights.map(() => 0.5), examples: 3, metrics: { loss: 1 } };
    const silent = await redis.connect();
    ends.push(() => endRedis(silent));
    silent.publish = async () => 0;
    const worker = jobWorker(silent, id, one, async () => {
      await connection.set(keys.result(id, 0), Buffer.concat(encodeAnswer(right, 'a')));
    });
    ends.push(() => worker.close());
    expect(await jobs.run(train(0))).toEqual(right);
  });

  it('are done again where what came back is no answer', async () => {
    const { connection, id, jobs, train } = await bare();
    const right = { delta: train(0).model.weights.map(() => 0.5), examples: 3, metrics: { loss: 1 } };
    let tries = 0;
    const worker = jobWorker(connection, id, one, async () => {
      tries += 1;
      const answer = tries < 3 ? Buffer.from('nonsense') : Buffer.concat(encodeAnswer(right, 'a'));
      await connection.set(keys.result(id, 0), answer);
    });
    ends.push(() => worker.close());
    expect(await jobs.run(train(0))).toEqual(right);
    expect(tries).toBe(3);
  });
});

describe('a Redis that can not be used', () => {
  const outcomeOf = async (address: Parameters<typeof connectRedis>[0]) => {
    const error: unknown = await connectRedis(address, tell).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    return { error, text: inspect(error, { depth: 20 }) };
  };

  it('is refused at once where nobody listens', async () => {
    const { error, text } = await outcomeOf(
      readRedisAddress(`redis://:hunter2@127.0.0.1:${await freePort()}`, {}),
    );
    expect(error).toMatchObject({
      code: 'storage.failed',
      detail: expect.stringContaining("can't be used: connect ECONNREFUSED"),
    });
    expect(text).not.toContain('hunter2');
  });

  it.each([{ password: 'hunter2' }, { password: 'hunter2', username: 'nobody' }, {}])(
    'is refused at once where it refuses %j, which nobody reads',
    async given => {
      const { host, port, db, isTls, name } = redis.address;
      const { error, text } = await outcomeOf({ host, port, db, isTls, name, ...given });
      expect(error).toMatchObject({
        code: 'storage.failed',
        detail: expect.stringMatching(/WRONGPASS|NOAUTH/),
      });
      expect(text).not.toContain('hunter2');
    },
  );
});
