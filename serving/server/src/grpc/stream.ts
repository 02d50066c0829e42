import { constants, type ServerHttp2Stream } from 'node:http2';
import { nextTask } from '@murmuration/protocol/concurrency/next-task';

/**
 * Tells the other side of a call that has been answered that nobody reads what it still sends. In a task of its own, when the answer is on its way:
 * Node 22.23 and 26 put a reset that is begun in the same one before the answer, which is lost then.
 */
export function readNoMore(stream: ServerHttp2Stream): void {
  void nextTask().then(() => stream.close(constants.NGHTTP2_NO_ERROR));
}
