import { PlatformClient } from '@murmuration/client-sdk/client/client';
import type { ClientEvents } from '@murmuration/client-sdk/client/events';
import type { ClientOptions, TaskOptions } from '@murmuration/client-sdk/client/options';
import { parts } from '@murmuration/client-sdk/client/parts';
import type { Platform } from '@murmuration/client-sdk/client/platform';
import type { Floors } from '@murmuration/client-sdk/floors/floors';
import { loadForm } from '@murmuration/client-sdk/private-layers/private-layers';
import type { RoundProgress } from '@murmuration/client-sdk/session/events';
import {
  loadBufferedPart,
  loadCompressedPart,
  loadControlledPart,
} from '@murmuration/client-sdk/session/loads';
import { memoryStorage } from '@murmuration/client-sdk/storage/memory';
import type { Storage } from '@murmuration/client-sdk/storage/storage';
import type { Trainer } from '@murmuration/client-sdk/training/trainer';
import { localUpdateProcessor } from '@murmuration/client-sdk/update/local-update-processor';
import type { TrainingResult } from '@murmuration/engine/training/trainer';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { native } from '@murmuration/protocol/primitives/node';
import type { RandomBytes } from '@murmuration/protocol/random/random-bytes';
import type { Clock } from '@murmuration/protocol/time/clock';
import { simulatedFloors } from '@murmuration/simulations/devices/floors';
import { layout, type MemoryCoordinator } from './memory-coordinator.ts';

// What devices load when a plan asks for it: no virtual clock waits for a disk.
await Promise.all([loadForm(), loadBufferedPart(), loadCompressedPart(), loadControlledPart()]);

/** Bytes that follow from the seed alone. */
export function seededBytes(seed: number): RandomBytes {
  let state = seed;
  return length =>
    Uint8Array.from({ length }, () => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return state >>> 24;
    });
}

/** A trainer that learns the same thing each time, at once or when the test lets it. */
export class StillTrainer implements Trainer {
  trainings = 0;
  /** Trainings that are under way. */
  running = 0;
  closed = 0;
  result: () => Promise<TrainingResult> = async () => ({
    delta: new Float32Array(layout.count).fill(0.1),
    examples: 50,
    metrics: {},
  });

  async train(
    _model: unknown,
    _settings: unknown,
    _examples: unknown,
    signal: AbortSignal,
    progress: (done: number) => void,
  ): Promise<TrainingResult> {
    this.trainings += 1;
    this.running += 1;
    progress(0.5);
    const stopped = new Promise<never>((_, reject) =>
      signal.addEventListener('abort', () => reject(new MurmurationError('training.stopped'))),
    );
    try {
      return await Promise.race([this.result(), stopped]);
    } finally {
      this.running -= 1;
    }
  }

  async close(): Promise<void> {
    this.closed += 1;
  }
}

/** The lowest that there are, in masked rounds too. */
export const lowFloors: Floors = { ...simulatedFloors, smallestSum: 3 };

/** A client on the coordinator in memory, or on those at several addresses, and all that it has told its app. */
export function deviceOn(
  coordinator: MemoryCoordinator | Platform['transport'],
  clock: Clock,
  storage: Storage,
  tasks: Record<string, TaskOptions>,
  seed = 1,
  enrolment: ClientOptions['enrolment'] = async () => 'the enrolment token',
  floors: Floors = lowFloors,
  { energy, usage }: Pick<ClientOptions, 'energy'> & Pick<Platform, 'usage'> = {},
) {
  const random = seededBytes(seed);
  const client = new PlatformClient(
    // Whoever had the storage before has died with its process.
    {
      url: 'http://memory.localhost',
      consent: 'not-needed',
      tasks,
      storage: Object.assign(Object.create(storage), { claim: memoryStorage().claim }),
      enrolment,
      floors,
      ...(energy && { energy }),
    },
    {
      name: 'other',
      clock,
      random,
      signingKey: native.ed25519.signingKey,
      parts,
      ...(usage && { usage }),
      updateProcessor: async () => localUpdateProcessor(native, random),
      conditions: async () => ({ idle: true }),
      transport: typeof coordinator === 'function' ? coordinator : () => coordinator,
      trainer: () => {
        throw new Error('Every task of these tests has a trainer.');
      },
    },
  );
  const rounds: RoundProgress['phase'][] = [];
  const errors: string[] = [];
  const waits: Parameters<ClientEvents['wait']>[0][] = [];
  client.on('round', ({ phase }) => rounds.push(phase));
  client.on('error', ({ code }) => errors.push(code));
  client.on('wait', wait => waits.push(wait));
  return { client, rounds, errors, waits };
}
