import type { ModelHash, TaskName } from '@murmuration/protocol/ids/ids';
import type { Plan } from '@murmuration/protocol/messages/plan';
import type { Layout } from '@murmuration/protocol/weights/layout';
import type { Storage } from '../storage/storage.ts';
import type { Learned } from '../update/prepare.ts';

/** An update that waits on the device for a masked buffer. */
export interface KeptUpdate {
  /** The version that it was trained from. */
  readonly base: ModelHash;
  /** `settingsIn` the plan by which it was trained. */
  readonly settings: string;
  readonly learned: Learned;
}

interface Head extends Pick<KeptUpdate, 'base' | 'settings'>, Pick<Learned, 'examples'> {
  /** The shared layers, and the SHA-256 of their layout. */
  readonly tensors: Layout['tensors'];
  readonly layout: readonly number[];
}

/** What a plan says of how an update is made: those of one sum were made alike. */
export function settingsIn({ training, update, privateLayers = [], frozenLayers = [] }: Plan): string {
  return JSON.stringify([training, update, privateLayers, frozenLayers]);
}

/**
 * The one update that a device keeps for a masked buffer of a task. It is there as long as the entry that names its base is: that is written
 * last, and deleted, durably, before the first byte of the update leaves the device.
 */
export function keptUpdates(storage: Storage, task: TaskName) {
  const [named, kept] = [`base.${task}`, `update.${task}`];
  const read = async () => parse(await storage.get(kept));
  return {
    /** The update, if there is one that was not sent. */
    async load(): Promise<KeptUpdate | undefined> {
      return (await storage.get(named)) && (await read());
    },
    /** The base of the newest update, sent or not, as long as anything of it is stored. */
    async base(): Promise<ModelHash | undefined> {
      return (await read())?.base;
    },
    /** Takes the place of the update before. */
    async save({ base, settings, learned: { delta, examples, layout } }: KeptUpdate): Promise<void> {
      await storage.delete(named);
      const { tensors, hash } = layout;
      const head: Head = { base, settings, examples, tensors, layout: [...hash] };
      const text = utf8.encode(JSON.stringify(head));
      const length = new Uint8Array(Uint32Array.of(text.length).buffer);
      const values = new Uint8Array(delta.buffer, delta.byteOffset, delta.byteLength);
      await storage.put(kept, joined(length, text, values));
      await storage.put(named, utf8.encode(JSON.stringify(base)));
    },
    /** It is in no other buffer from now on, durably. */
    spend: (): Promise<void> => storage.delete(named),
    async erase(): Promise<void> {
      await storage.delete(named);
      await storage.delete(kept);
    },
  };
}

const utf8 = new TextEncoder();

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** Undefined for what is damaged: nobody but the device itself writes it. */
function parse(bytes: Uint8Array | undefined): KeptUpdate | undefined {
  try {
    const start = 4 + new DataView(bytes!.buffer, bytes!.byteOffset).getUint32(0, true);
    const head = JSON.parse(new TextDecoder().decode(bytes!.subarray(4, start))) as Head;
    const delta = new Float32Array(bytes!.slice(start).buffer);
    const layout = { tensors: head.tensors, count: delta.length, hash: Uint8Array.from(head.layout) };
    return { base: head.base, settings: head.settings, learned: { delta, examples: head.examples, layout } };
  } catch {
    return undefined;
  }
}
