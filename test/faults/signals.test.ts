import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PlatformClient } from '@murmuration/client-sdk/client';
import { nodePlatform } from '@murmuration/client-sdk/node';
import type { Transport } from '@murmuration/client-sdk/transport/transport';
import { startBackend } from '@murmuration/engine/backend';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { enrolmentToken, lineOptions } from '../e2e/line.ts';
import { SourceProcess } from '../e2e/processes.ts';

const devices = 4;
const cleanUp: (() => unknown)[] = [];
beforeAll(async () => {
  await startBackend();
});
afterEach(async () => {
  for (const clean of cleanUp.splice(0).reverse()) await clean();
});

async function serve(folder: string, port: string): Promise<{ coordinator: SourceProcess; url: string }> {
  const coordinator = new SourceProcess('coordinator/src/cli.ts', ['serve', 'test/faults/masked-task.ts'], {
    MURMURATION_ENROLMENT_TOKENS: enrolmentToken,
    MURMURATION_STORAGE: folder,
    MURMURATION_PORT: port,
  });
  cleanUp.push(() => coordinator.child.kill('SIGKILL'));
  const [, url] = await coordinator.printed(/listens on (http:\S+)/);
  return { coordinator, url: url! };
}

type Stage = 'keys' | 'shares' | 'updates' | 'unmasking';
const stageOf = { keys: 'keys', shares: 'shares', reveal: 'unmasking' } as const;

/** Holds back what all devices send at one stage of a round until it is opened. */
class Gate {
  readonly opened: Promise<void>;
  open!: () => void;
  /** Resolves once every device waits in front of it. */
  readonly full: Promise<void>;
  #waiting = 0;
  #filled!: () => void;
  readonly #stage: Stage;

  constructor(stage: Stage) {
    this.#stage = stage;
    this.opened = new Promise(resolve => {
      this.open = resolve;
    });
    this.full = new Promise(resolve => {
      this.#filled = resolve;
    });
  }

  before(transport: Transport): Transport {
    return {
      ...transport,
      request: async (event, frame) => {
        if (event in stageOf && stageOf[event as keyof typeof stageOf] === this.#stage) await this.#wait();
        return transport.request(event, frame);
      },
      upload: async (path, token, bytes, signal) => {
        if (this.#stage === 'updates') await this.#wait();
        return transport.upload(path, token, bytes, signal);
      },
    };
  }

  #wait(): Promise<void> {
    this.#waiting += 1;
    if (this.#waiting === devices) this.#filled();
    return this.opened;
  }
}

describe.each(['SIGTERM', 'SIGKILL'] as const)('%s', signal => {
  it.each(['keys', 'shares', 'updates', 'unmasking'] as const)(
    'at %s costs a round nothing: its devices go on with it after the restart',
    async stage => {
      const folder = await mkdtemp(join(tmpdir(), 'murmuration-signals-'));
      cleanUp.push(() => rm(folder, { recursive: true, force: true }));
      const { coordinator, url } = await serve(folder, '0');
      const gate = new Gate(stage);
      const ends: Promise<void>[] = [];
      for (let index = 0; index < devices; index++) {
        const client = new PlatformClient(lineOptions(url, index), {
          ...nodePlatform,
          transport: (address, platform) => gate.before(nodePlatform.transport(address, platform)),
        });
        cleanUp.push(() => client.stop());
        ends.push(
          new Promise(resolve => {
            client.on('round', ({ phase }) => phase === 'ended' && resolve());
          }),
        );
        await client.start();
      }
      await gate.full;
      const rounds = async (at: string) => (await (await fetch(`${at}/v1/tasks/line/rounds`)).json()).rounds;
      const [before] = await rounds(url);
      expect(before).toMatchObject({ number: 1, phase: stage });
      coordinator.child.kill(signal);
      expect(await coordinator.ended()).toBe(signal === 'SIGTERM' ? 0 : 'SIGKILL');

      const again = await serve(folder, new URL(url).port);
      const [resumed] = await rounds(again.url);
      expect(resumed).toMatchObject({ number: 1, phase: stage, round: before.round });
      gate.open();
      // The last to reveal may find that it is not needed any more.
      await Promise.race(ends);
      expect(await rounds(again.url)).toMatchObject([
        { number: 1, phase: 'published', round: before.round, tally: { cohort: 4, accepted: 4, lost: 0 } },
      ]);
    },
    120_000,
  );
});
