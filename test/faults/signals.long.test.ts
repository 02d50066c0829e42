import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { PlatformClient } from '@murmuration/client-sdk/client/client';
import { nodePlatform } from '@murmuration/client-sdk/node';
import type { Transport } from '@murmuration/client-sdk/transport/transport';
import { startBackend } from '@murmuration/engine/backend/backend';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { enrolmentToken, lineOptions } from '../e2e/line.ts';
import { PackedProcess } from '../e2e/processes.ts';
import { freePort } from '../free-port.ts';
import { packedPrograms } from '../packed-programs.ts';

const packed = await packedPrograms();
const devices = 4;
const signals = ['SIGTERM', 'SIGKILL'] as const;
const stages = ['keys', 'shares', 'updates', 'agreement', 'unmasking'] as const;

const running = new Set<PackedProcess>();
const folders: string[] = [];
const cleanUp: (() => unknown)[] = [];
beforeAll(async () => {
  await startBackend();
});
afterAll(async () => {
  for (const clean of cleanUp.splice(0).reverse()) await clean();
  for (const coordinator of running) coordinator.child.kill('SIGKILL');
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
});

/** A folder for the storage of a coordinator, with the modules of its tasks. */
async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'murmuration-signals-'));
  folders.push(folder);
  const source = pathToFileURL(packed('test/faults/masked-task.ts')).href;
  for (const name of stages)
    await writeFile(
      join(folder, `${name}.mjs`),
      `import { maskedTask } from '${source}';\nexport default maskedTask('${name}');\n`,
    );
  return folder;
}

async function serve(folder: string, port: string): Promise<{ coordinator: PackedProcess; url: string }> {
  const modules = stages.map(name => join(folder, `${name}.mjs`));
  const coordinator = new PackedProcess('coordinator/cli/src/cli.ts', ['serve', ...modules], {
    MURMURATION_ENROLMENT_TOKENS: enrolmentToken,
    MURMURATION_STORAGE: join(folder, 'state'),
    MURMURATION_PORT: port,
  });
  running.add(coordinator);
  const [, url] = await coordinator.printed(/listens on (http:\S+)/);
  return { coordinator, url: url! };
}

type Stage = (typeof stages)[number];
const stageOf = { keys: 'keys', shares: 'shares', agree: 'agreement', reveal: 'unmasking' } as const;

/** Holds back what all devices send at one stage of a round until it is opened. */
class Gate {
  readonly opened: Promise<void>;
  open!: () => void;
  /** Resolves once every device waits in front of it. */
  readonly full: Promise<void>;
  #isOpen = false;
  #waiting = 0;
  #filled!: () => void;
  readonly #stage: Stage;

  constructor(stage: Stage) {
    this.#stage = stage;
    this.opened = new Promise(resolve => {
      this.open = () => {
        this.#isOpen = true;
        resolve();
      };
    });
    this.full = new Promise(resolve => {
      this.#filled = resolve;
    });
  }

  before(transport: Transport): Transport {
    return {
      ...transport,
      request: async (event, frame) => {
        const isHeld =
          !this.#isOpen && event in stageOf && stageOf[event as keyof typeof stageOf] === this.#stage;
        if (!isHeld) return transport.request(event, frame);
        await this.#wait();
        // It was lost with its connection: on the next one the device says hello first.
        throw new MurmurationError('server.unreachable');
      },
      upload: async (path, rights, bytes, signal) => {
        if (this.#stage === 'updates' && !this.#isOpen) await this.#wait();
        return transport.upload(path, rights, bytes, signal);
      },
    };
  }

  #wait(): Promise<void> {
    this.#waiting += 1;
    if (this.#waiting === devices) this.#filled();
    return this.opened;
  }
}

/** The devices of the task of one stage: they wait in front of it in its first round. */
class Held {
  readonly gate: Gate;
  /** Resolves once all devices have seen the end of the round. */
  readonly ended: Promise<void>;
  readonly #clients: PlatformClient[] = [];

  constructor(stage: Stage, url: string) {
    this.gate = new Gate(stage);
    const ends: Promise<void>[] = [];
    for (let index = 0; index < devices; index++) {
      const { tasks, ...options } = lineOptions(url, index);
      const client = new PlatformClient(
        { ...options, tasks: { [stage]: tasks.line! } },
        {
          ...nodePlatform,
          transport: (address, platform) => this.gate.before(nodePlatform.transport(address, platform)),
        },
      );
      cleanUp.push(() => client.stop());
      ends.push(
        new Promise(resolve => {
          client.on('round', ({ phase }) => phase === 'ended' && resolve());
        }),
      );
      this.#clients.push(client);
    }
    // The last to reveal may find that it is not needed any more, before the others hear of the end.
    this.ended = Promise.all(ends).then(() => {});
  }

  async start(): Promise<void> {
    for (const client of this.#clients) await client.start();
    await this.gate.full;
  }
}

describe.each(signals)('%s', signal => {
  const held = new Map<Stage, Held>();
  const before = new Map<Stage, { round: string }>();
  let url: string;
  const rounds = async (stage: Stage) =>
    (await (await fetch(`${url}/v1/tasks/${stage}/rounds`)).json()).rounds;

  // One restart for all stages, each of which a task of its own has reached: to start a coordinator takes seconds.
  beforeAll(async () => {
    const folder = await newFolder();
    const { coordinator, ...first } = await serve(folder, String(await freePort()));
    url = first.url;
    for (const stage of stages) held.set(stage, new Held(stage, url));
    await Promise.all([...held.values()].map(each => each.start()));
    for (const stage of stages) before.set(stage, (await rounds(stage))[0]);
    coordinator.child.kill(signal);
    expect(await coordinator.ended()).toBe(signal === 'SIGTERM' ? 0 : 'SIGKILL');
    running.delete(coordinator);
    await serve(folder, new URL(url).port);
  });

  it.each(stages)('at %s costs a round nothing: its devices go on with it after the restart', async stage => {
    const { gate, ended } = held.get(stage)!;
    const { round } = before.get(stage)!;
    expect(before.get(stage)).toMatchObject({ number: 1, phase: stage });
    const [resumed] = await rounds(stage);
    expect(resumed).toMatchObject({ number: 1, phase: stage, round });
    gate.open();
    await ended;
    expect(await rounds(stage)).toMatchObject([
      {
        number: 1,
        phase: 'published',
        round,
        failure: null,
        tally: { cohort: 4, accepted: 4, lost: 0 },
      },
    ]);
  });
});
