import { native } from '@murmuration/protocol/primitives/node';
import { systemClock } from '@murmuration/protocol/time/system-clock';
import {
  type ServedModels,
  type ServeOptions,
  serveModels,
} from '@murmuration/serving/assembly/serve-models';
import { inferenceSchema } from '@murmuration/serving/assembly/settings';
import { layersRuntime } from '@murmuration/serving/runtime/layers';
import type { InferenceLimits } from '@murmuration/serving/server/settings';
import { folderModels } from '@murmuration/serving/source/folder';
import type * as z from 'zod';
import { echoRuntime } from './echo-runtime.ts';
import { ModelFolder } from './models.ts';

/** Settings of a world; `bodies` takes the place of what follows from `body`. */
export type WorldSettings = z.input<typeof inferenceSchema> & Partial<Pick<InferenceLimits, 'bodies'>>;

export interface World extends ServedModels {
  readonly folder: ModelFolder;
  readonly faults: unknown[];
  /** A request by HTTP; `body` is sent as it is. */
  ask(
    method: string,
    path: string,
    body?: string | Uint8Array,
    headers?: Record<string, string>,
  ): Promise<Response>;
}

/** A server of a folder of models, over real HTTP. */
export async function openWorld(
  fill: (folder: ModelFolder) => Promise<void>,
  { bodies, ...settings }: WorldSettings = {},
  more: Partial<ServeOptions> = {},
): Promise<World> {
  const folder = await ModelFolder.create();
  await fill(folder);
  const faults: unknown[] = [];
  const served = await serveModels({
    source: await folderModels(folder.path, systemClock),
    settings: { ...inferenceSchema.parse(settings), ...(bodies !== undefined && { bodies }) },
    port: 0,
    clock: systemClock,
    primitives: native,
    runtimes: [echoRuntime(), layersRuntime()],
    events: { fault: (_, error) => faults.push(error) },
    ...more,
  });
  await served.preloaded;
  return {
    ...served,
    folder,
    faults,
    ask: (method, path, body, headers = {}) =>
      fetch(`${served.url}${path}`, {
        method,
        headers,
        ...(body !== undefined && { body: body as BodyInit }),
      }),
    async close() {
      await served.close();
      await folder.remove();
    },
  };
}
