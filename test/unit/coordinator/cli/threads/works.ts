import { MurmurationError } from '@murmuration/protocol/errors/errors';

/** What a thread is to do, and what it counts while it is at it. */
export interface Order {
  readonly what: 'add' | 'refuse' | 'fail' | 'spin' | 'exit' | 'throw later';
  readonly counted: Int32Array;
}

/** Does one thing of those that threads with models of others do, good and bad. */
export default async function work({ what, counted }: Order): Promise<number> {
  if (what === 'refuse') throw new MurmurationError('model.missing', 'There is none.');
  if (what === 'fail') throw new TypeError('a mistake');
  if (what === 'exit') process.exit(3);
  if (what === 'spin') for (;;) Atomics.add(counted, 0, 1);
  if (what === 'throw later') {
    queueMicrotask(() => {
      throw new TypeError('nobody waits for this');
    });
    return new Promise(() => {});
  }
  return counted[0]! + 1;
}
