import { PlatformClient } from '@murmuration/client-sdk/client/client';
import type { Floors } from '@murmuration/client-sdk/floors/floors';
import { nodePlatform } from '@murmuration/client-sdk/node';
import { losing } from '@murmuration/demo/phones/losses';
import { type LossPhase, lossesIn } from '@murmuration/simulations/behaviour/losses';
import { simulatedFloors } from '@murmuration/simulations/devices/floors';
import { lineOptions } from './line.ts';

/** A device of the line task that falls silent at a stage of each round. */
export function losingLineClient(
  url: string,
  index: number,
  at: LossPhase,
  floors: Floors = {},
): PlatformClient {
  return new PlatformClient(
    { ...lineOptions(url, index), floors: { ...simulatedFloors, smallestSum: 3, ...floors } },
    {
      ...nodePlatform,
      transport: (address, platform) =>
        losing(nodePlatform.transport(address, platform), index, lossesIn(at, 1)),
    },
  );
}
