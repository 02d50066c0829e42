import { constants, type ServerHttp2Stream } from 'node:http2';
import { nextTask } from '@murmuration/protocol/concurrency/next-task';

/**
 * Tells the client of an answered call that the rest of its messages is not read. It runs in a later task,
 * when the answer is on its way: Node 22.23 and 26 send a reset from the same task before the answer, which
 * is then lost.
 */
export function readNoMore(stream: ServerHttp2Stream): void {
  void nextTask().then(() => stream.close(constants.NGHTTP2_NO_ERROR));
}
