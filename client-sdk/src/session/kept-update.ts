import type { ModelHash, TaskName } from '@murmuration/protocol/ids/ids';
import type { Plan } from '@murmuration/protocol/messages/plan';
import type { Layout } from '@murmuration/protocol/weights/layout';
import type { Storage } from '../storage/storage.ts';
import type { Learned } from '../update/prepare.ts';

/** Update that waits on the device for a masked buffer. */
export interface KeptUpdate {
  /** Version that it was trained from. */
  readonly base: ModelHash;
  /** `settingsIn` of the plan that it was trained by. */
  readonly settings: string;
  readonly learned: Learned;
}

interface Head extends Pick<KeptUpdate, 'base' | 'settings'>, Pick<Learned, 'examples'> {
  /** Tensors of the shared layers; `layout` is the SHA-256 of their layout. */
  readonly tensors: Layout['tensors'];
  readonly layout: readonly number[];
}

/** Returns a plan's settings for making updates; all updates of one sum have the same. */
export function settingsIn({ training, update, privateLayers = [], frozenLayers = [] }: Plan): string {
  return JSON.stringify([training, update, privateLayers, frozenLayers]);
}

/**
 * Returns the store of the one update that a device keeps for a masked buffer of a task. The update
 * exists as long as the entry with its base: that entry is written last, and deleted, durably,
 * before the update's first byte is sent.
 */
export function keptUpdates(storage: Storage, task: TaskName) {
  const [named, kept] = [`base.${task}`, `update.${task}`];
  const read = async () => parse(await storage.get(kept));
  return {
    /** Returns the update if it has not been sent. */
    async load(): Promise<KeptUpdate | undefined> {
      return (await storage.get(named)) && (await read());
    },
    /** Returns the base of the newest update, sent or not, while its data is stored. */
    async base(): Promise<ModelHash | undefined> {
      return (await read())?.base;
    },
    /** Replaces the previous update. */
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
    /** Keeps the update out of all other buffers, durably. */
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

/** Returns undefined for damaged bytes; only the device itself writes them. */
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
