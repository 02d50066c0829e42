import { createContext, runInContext } from 'node:vm';
import { memoryStorage } from '@murmuration/client-sdk/storage/memory';
import type { MaskingSettings } from '@murmuration/protocol/messages/plan';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { simulatedFloors } from '@murmuration/simulations/devices/floors';
import { expect, it } from 'vitest';
import { bundleOf } from '../../../../scripts/program.mjs';
import { StillTrainer, seededBytes } from '../device.ts';
import { MaskedPeers } from '../masked-peers.ts';
import { assignmentOf, MemoryCoordinator } from '../memory-coordinator.ts';

const masking: MaskingSettings = { threat: 'malicious', corrupt: 0.05, dropping: 0.1, graph: 'sparse' };

/** What an app writes for a platform of its own; `host` is all that this one gives. Bytes from there belong to another realm. */
const program = `
  import { PlatformClient } from '@murmuration/client-sdk/client/client';
  import { localUpdateProcessor } from '@murmuration/client-sdk/update/local-update-processor';
  import { portable } from '@murmuration/protocol/primitives/portable';
  const own = bytes => bytes && Uint8Array.from(bytes);
  const { clock, storage, coordinator, trainer } = host;
  const random = length => own(host.random(length));
  const platform = {
    name: 'other', clock, random, signingKey: portable.ed25519.signingKey,
    updateProcessor: async () => localUpdateProcessor(portable, random),
    conditions: async () => ({ idle: true }),
    transport: () => ({
      open: ({ disconnected, message }) =>
        coordinator.open({ disconnected, message: (event, frame) => message(event, own(frame)) }),
      close: () => coordinator.close(),
      request: async (event, frame) => own(await coordinator.request(event, host.bytes(frame))),
      download: async path => own(await coordinator.download(path)),
      upload: (path, { token, signature }, bytes, signal) => {
        const rights = { token: host.bytes(token), signature: signature && host.bytes(signature) };
        return coordinator.upload(path, rights, host.bytes(bytes), signal);
      },
    }),
  };
  const client = new PlatformClient({
    url: 'http://bare.localhost', floors: host.floors, consent: 'not-needed', enrolment: 'the enrolment token',
    storage: { ...storage, get: async name => own(await storage.get(name)) },
    tasks: { keyboard: { examples: () => ['a', 'b'], trainer: {
      async train(...args) {
        const { delta, examples, metrics } = await trainer.train(...args);
        return { delta: Float32Array.from(delta), examples, metrics };
      },
      close: async () => {},
    } } },
  }, platform);
  client.on('error', ({ code, detail }) => host.errors.push(code + ': ' + detail));
  host.client = client;
`;

async function bundled(): Promise<string> {
  const bundle = await bundleOf(program, { platform: 'neutral' });
  const { output } = await bundle.generate({ format: 'iife', codeSplitting: false });
  return output[0].code;
}

it('the core takes part in a masked round on a platform that has neither a DOM nor Node', async () => {
  const clock = new VirtualClock();
  const coordinator = new MemoryCoordinator(clock);
  const assignment = assignmentOf(clock, 'r1', { masking });
  const peers = new MaskedPeers(assignment, 5, masking);
  const host = {
    clock,
    coordinator,
    storage: memoryStorage(),
    trainer: new StillTrainer(),
    random: seededBytes(3),
    bytes: (bytes: Uint8Array) => Uint8Array.from(bytes),
    floors: simulatedFloors,
    errors: [] as string[],
    client: undefined as unknown as { start(): Promise<void>; stop(): Promise<void> },
  };
  // Everything that the documentation of platforms says the core asks of its surroundings, and nothing else.
  const surroundings = { TextEncoder, TextDecoder, URL, AbortController, AbortSignal, queueMicrotask };
  runInContext(await bundled(), createContext({ host, ...surroundings }));
  const { client, errors } = host;
  await client.start();
  coordinator.connect();
  await clock.advance(0);
  coordinator.send('assignment', assignment);
  await clock.advance(0);
  expect(errors).toEqual([]);
  const feed = async (event: 'roster' | 'bundle' | 'survivors' | 'agreed', message: Uint8Array) => {
    coordinator.send(event, { round: assignment.round, assignment: assignment.assignment, message });
    await clock.advance(0);
  };
  const sent = (event: 'keys' | 'shares' | 'reveal') => coordinator.asked[event][0]!.message;
  await feed('roster', peers.roster(coordinator.asked.enrol[0]!.publicKey, sent('keys')));
  await feed('bundle', peers.bundle(sent('shares')));
  await feed('survivors', peers.statement());
  await feed('agreed', peers.agreed(peers.statement()));
  const sum = peers.sentBy(coordinator.uploads[0]!.bytes, peers.statement(), sent('reveal'));
  // Its weight, once the masks are off.
  expect(sum.at(-1)).toBe(2);
  expect(errors).toEqual([]);
  await client.stop();
  expect(coordinator.isOpen).toBe(false);
});
