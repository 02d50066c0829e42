import type { MessagePort } from 'node:worker_threads';
import { thrownOf } from '../runtime/thrown.ts';
import type { Conversion } from './converter.ts';
import { packed, unpacked } from './packing.ts';
import type { ConversionOrder, ConversionReply } from './thread-converter.ts';

/** Runs the conversions that a port asks for. */
export function serveConversions(port: MessagePort, conversions: readonly Conversion<never, object>[]): void {
  const runs = new Map(conversions.map(({ name, run }) => [name, run as (given: object) => object]));
  port.on('message', ({ name, given }: ConversionOrder) => {
    try {
      const run = runs.get(name);
      if (!run) throw new RangeError(`There is no conversion ${name}.`);
      const { message, buffers } = packed(run(unpacked(given)));
      port.postMessage({ made: message } satisfies ConversionReply, buffers);
    } catch (error) {
      port.postMessage(thrownOf(error) satisfies ConversionReply);
    }
  });
}
