import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { PackedExample, Promises } from './packed-example.ts';

type Window = readonly number[];
interface Data {
  windows(sensor: number): readonly Window[];
}

/** Lets four boxes learn until the one that was offline has counted again. */
export async function sensors(example: PackedExample): Promise<Promises> {
  const program = example.start('start.js');
  const [, url] = await program.until(/listens on (\S+)/);
  await program.until(/box 4: round 1 (?:downloading|training)/);
  const metrics = await (await fetch(`${url}/metrics`)).text();
  const gauge = (name: string) => Number(new RegExp(`^murmuration_${name} (\\d+)`, 'm').exec(metrics)?.[1]);
  const [, coordinatorMb] = await program.until(/box 4: offline[\s\S]*coordinator: (\d+) MB/);
  await program.until(/box 4: offline[\s\S]*box 4: round \d+ counted/);
  const boxesMb = [...program.printed.matchAll(/box \d: .*, (\d+) MB/g)].map(([, megabytes]) =>
    Number(megabytes),
  );
  const { windows }: Data = await import(pathToFileURL(join(example.folder, 'data.js')).href);
  const unseen = windows(9);
  const learned = predictor(await weightsOf(url!));
  const errorOf = (tell: (window: Window) => number) =>
    unseen.reduce((sum, window) => sum + Math.abs(tell(window) - window[4]!), 0) / unseen.length;
  return {
    byHttpOnly: gauge('polled_connections') > 0 && gauge('polled_connections') === gauge('connected_devices'),
    offlineBoxCounted: true,
    coordinatorMb: Number(coordinatorMb),
    boxMb: Math.max(...boxesMb),
    errorOfModel: errorOf(learned),
    errorOfLastReading: errorOf(window => window[3]!),
  };
}

/** True if the example kept what its row of the table promises. */
export function sensorsHold({ coordinatorMb, boxMb, errorOfModel, errorOfLastReading, ...facts }: Promises) {
  return (
    (coordinatorMb as number) < 200 &&
    (boxMb as number) < 250 &&
    errorOfModel! < errorOfLastReading! &&
    Object.values(facts).every(fact => fact === true)
  );
}

/** Weights of the version that boxes serve: four, and one more. */
async function weightsOf(url: string): Promise<Float32Array> {
  const model = (await (await fetch(`${url}/v1/tasks/sensors/model.json`)).json()) as {
    readonly weightsManifest: readonly [{ readonly paths: readonly [string] }];
  };
  const response = await fetch(`${url}/v1/tasks/sensors/${model.weightsManifest[0].paths[0]}`);
  return new Float32Array(await response.arrayBuffer());
}

/** Reading that a linear model of the example predicts, in °C. */
function predictor(weights: Float32Array): (window: Window) => number {
  return window => {
    const sum = window
      .slice(0, 4)
      .reduce((sum, celsius, at) => sum + ((celsius - 4) / 10) * weights[at]!, weights[4]!);
    return 4 + 10 * sum;
  };
}
