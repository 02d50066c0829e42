import { memoryStorage } from '@murmuration/client-sdk/storage/memory';
import { fromElsewhere } from '@murmuration/client-sdk/transport/elsewhere';
import { fetchElsewhere } from '@murmuration/client-sdk/transport/fetch-elsewhere';
import type { Transport, TransportPlatform } from '@murmuration/client-sdk/transport/transport';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { contentHash } from '@murmuration/protocol/weights/model-files';
import { expect, it } from 'vitest';
import { deviceOn, StillTrainer } from '../../unit/client-sdk/device.ts';
import { MemoryCoordinator } from '../../unit/client-sdk/memory-coordinator.ts';

const file = Uint8Array.from({ length: 4_000 }, (_, i) => i);
const path = `/v1/models/${'a'.repeat(64)}/${contentHash(file)}.bin`;
const never = new AbortController().signal;
const cells = ['http://cell-1.memory.localhost', 'http://cell-2.memory.localhost'];

it('MD10: a bucket that never answers holds up one download an hour, also of a device that goes from cell to cell', async () => {
  const clock = new VirtualClock(1_000);
  /** Where an address was asked for. */
  const asked: string[] = [];
  const made = new Map<string, { coordinator: MemoryCoordinator; download: Transport['download'] }>();
  const transport = (base: URL, platform: TransportPlatform): Transport => {
    const coordinator = new MemoryCoordinator(clock, true);
    const download = fromElsewhere(
      async (_path, _limit, _signal, accept) => {
        if (!accept) return { bytes: file, isAddress: false };
        asked.push(base.origin);
        const address = JSON.stringify({ url: 'http://models.memory.localhost/file' });
        return { bytes: new TextEncoder().encode(address), isAddress: true };
      },
      platform,
      () => (answer, wanted) =>
        fetchElsewhere(answer, wanted, (_, { signal }) => {
          return new Promise((_resolve, reject) => {
            signal.addEventListener('abort', () => reject(signal.reason));
          });
        }),
    );
    made.set(base.origin, { coordinator, download });
    // Its methods are of a class.
    return Object.assign(coordinator, { download });
  };
  const tasks = {
    keyboard: { examples: () => Array.from({ length: 50 }, (_, i) => i), trainer: new StillTrainer() },
  };
  const { client } = deviceOn(transport, clock, memoryStorage(), tasks);
  await client.start();
  const front = made.get('http://memory.localhost')!.coordinator;
  for (const cell of cells) {
    front.answers['check-in'] = () => ({ decision: 'elsewhere', cell, ticket: 'ticket' });
    const isThere = async () => {
      await clock.advance(1_000);
      return made.has(cell) && made.get(cell)!.coordinator.asked['check-in'].length > 0;
    };
    await expect.poll(isThere, { interval: 1 }).toBe(true);
    const download = made.get(cell)!.download(path, file.length, never);
    await clock.advance(20_000);
    expect(await download).toEqual(file);
    made.get(cell)!.coordinator.disconnect();
  }
  expect(asked).toEqual([cells[0]]);
  await clock.advance(3_600_000);
  const late = made.get(cells[0]!)!.download(path, file.length, never);
  await clock.advance(20_000);
  expect(await late).toEqual(file);
  expect(asked).toEqual([cells[0], cells[0]]);
});
