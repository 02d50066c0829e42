import { clinics, clinicsHold } from './clinics.ts';
import { linesOf, PackedExample, type Promises } from './packed-example.ts';
import { sensors, sensorsHold } from './sensors.ts';
import { support, supportHolds } from './support.ts';
import { weather, weatherHolds } from './weather.ts';

interface Checked {
  readonly run: (example: PackedExample) => Promise<Promises>;
  readonly holds: (promises: Promises) => boolean;
}

/** Examples that are programs of their own, by the names of their folders. */
export const examples: Readonly<Record<string, Checked>> = {
  clinics: { run: clinics, holds: clinicsHold },
  sensors: { run: sensors, holds: sensorsHold },
  support: { run: support, holds: supportHolds },
  weather: { run: weather, holds: weatherHolds },
};

/** Most lines that the user of an example would write. */
export const mostLines = 80;

/** Result of one example. */
export interface Examined {
  readonly name: string;
  readonly held: boolean;
  readonly lines: number;
  readonly seconds: number;
  readonly promises: Promises;
}

/** Runs an example from packed packages, in a folder of its own that is gone at the end. */
export async function examine(name: string, packs: string): Promise<Examined> {
  const { run, holds } = examples[name]!;
  const began = performance.now();
  const example = new PackedExample(name, packs);
  try {
    const promises = await run(example);
    const lines = linesOf(name);
    const seconds = Math.round((performance.now() - began) / 100) / 10;
    return { name, held: holds(promises) && lines <= mostLines, lines, seconds, promises };
  } finally {
    await example.leave();
  }
}
