import type { TaskName } from '@murmuration/protocol/ids/ids';
import type { HeldFloors } from '../floors/floors.ts';
import { bundledShape, ModelShape, type OtherShape } from '../floors/model-shape.ts';
import { type ContentHash, hashHere } from '../models/content-hash.ts';
import { ModelCache } from '../models/model-cache.ts';
import { contribute } from '../session/contribute.ts';
import type { Storage } from '../storage/storage.ts';
import type { Transport } from '../transport/transport.ts';
import type { TaskOptions } from './options.ts';

export interface ModelPorts {
  readonly bundled: TaskOptions['bundled'];
  readonly growable: TaskOptions['growable'];
  readonly task: TaskName;
  readonly storage: Storage;
  readonly transport: Transport;
  readonly contentHash: ContentHash;
  readonly topology: HeldFloors['topology'];
  readonly refused: (other: OtherShape) => void;
}

/** Models of a task on this device, and the check of their shape. */
export interface TaskModels {
  readonly cache: ModelCache;
  readonly shape: ModelShape;
}

function openModels(ports: ModelPorts): TaskModels {
  const { task, storage, transport, contentHash, topology, bundled, growable = {}, refused } = ports;
  const shape = new ModelShape({
    storage,
    task,
    growable,
    bundled: async () => bundled && bundledShape(await bundled()),
    refused,
  });
  const cache = new ModelCache(storage, transport, task, bundled, contentHash, async manifest => {
    if (topology === 'pinned') await shape.require(manifest);
  });
  return { cache, shape };
}

/** Code that a client needs for its first model and its first check-in. */
export const parts = { openModels, contribute, hashHere };

export type ClientParts = typeof parts;
