import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { PlatformClient } from '@murmuration/client-sdk/client/client';
import { nodePlatform } from '@murmuration/client-sdk/node';
import type { Transport } from '@murmuration/client-sdk/transport/transport';
import { startBackend } from '@murmuration/engine/backend/backend';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { enrolmentToken, lineOptions } from '../e2e/line.ts';
import { PackedProcess } from '../e2e/processes.ts';
import { packedPrograms } from '../packed-programs.ts';

const packed = await packedPrograms();
const devices = 4;
const signals = ['SIGTERM', 'SIGKILL'] as const;
const stages = ['keys', 'shares', 'updates', 'agreement', 'unmasking'] as const;
const taskOf = (signal: string, stage: string) => `${stage}-${signal.toLowerCase()}`;
const tasks = signals.flatMap(signal => stages.map(stage => taskOf(signal, stage)));

interface Running {
  readonly coordinator: PackedProcess;
  readonly url: string;
  /** Its storage, and the modules of its tasks. */
  readonly folder: string;
}

/** The coordinator that the last case restarted: starting one takes seconds, and this one has nothing under way. */
let idle: Running | undefined;
const running = new Set<PackedProcess>();
const folders: string[] = [];
const cleanUp: (() => unknown)[] = [];
beforeAll(async () => {
  await startBackend();
});
afterEach(async () => {
  for (const clean of cleanUp.splice(0).reverse()) await clean();
  for (const coordinator of running) if (coordinator !== idle?.coordinator) coordinator.child.kill('SIGKILL');
});
afterAll(async () => {
  for (const coordinator of running) coordinator.child.kill('SIGKILL');
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
});

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'murmuration-signals-'));
  folders.push(folder);
  const source = pathToFileURL(packed('test/faults/masked-task.ts')).href;
  for (const name of tasks)
    await writeFile(
      join(folder, `${name}.mjs`),
      `import { maskedTask } from '${source}';\nexport default maskedTask('${name}');\n`,
    );
  return folder;
}

async function serve(folder: string, port: string): Promise<Running> {
  const modules = tasks.map(name => join(folder, `${name}.mjs`));
  const coordinator = new PackedProcess('cli/src/cli.ts', ['serve', ...modules], {
    MURMURATION_ENROLMENT_TOKENS: enrolmentToken,
    MURMURATION_STORAGE: join(folder, 'state'),
    MURMURATION_PORT: port,
  });
  running.add(coordinator);
  const [, url] = await coordinator.printed(/listens on (http:\S+)/);
  return { coordinator, url: url!, folder };
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

describe.each(signals)('%s', signal => {
  it.each(stages)(
    'at %s costs a round nothing: its devices go on with it after the restart',
    async stage => {
      const { coordinator, url, folder } = idle ?? (await serve(await newFolder(), '0'));
      idle = undefined;
      const task = taskOf(signal, stage);
      const gate = new Gate(stage);
      const ends: Promise<void>[] = [];
      for (let index = 0; index < devices; index++) {
        const { tasks, ...options } = lineOptions(url, index);
        const client = new PlatformClient(
          { ...options, tasks: { [task]: tasks.line! } },
          {
            ...nodePlatform,
            transport: (address, platform) => gate.before(nodePlatform.transport(address, platform)),
          },
        );
        cleanUp.push(() => client.stop());
        ends.push(
          new Promise(resolve => {
            client.on('round', ({ phase }) => phase === 'ended' && resolve());
          }),
        );
        await client.start();
      }
      await gate.full;
      const rounds = async (at: string) =>
        (await (await fetch(`${at}/v1/tasks/${task}/rounds`)).json()).rounds;
      const [before] = await rounds(url);
      expect(before).toMatchObject({ number: 1, phase: stage });
      coordinator.child.kill(signal);
      expect(await coordinator.ended()).toBe(signal === 'SIGTERM' ? 0 : 'SIGKILL');
      running.delete(coordinator);

      const again = await serve(folder, new URL(url).port);
      const [resumed] = await rounds(again.url);
      expect(resumed).toMatchObject({ number: 1, phase: stage, round: before.round });
      gate.open();
      // The last to reveal may find that it is not needed any more.
      await Promise.race(ends);
      expect(await rounds(again.url)).toMatchObject([
        {
          number: 1,
          phase: 'published',
          round: before.round,
          failure: null,
          tally: { cohort: 4, accepted: 4, lost: 0 },
        },
      ]);
      idle = again;
    },
    120_000,
  );
});
