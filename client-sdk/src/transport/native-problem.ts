import { parseJson } from '@murmuration/protocol/encoding/json';
import type { Clock } from '@murmuration/protocol/time/clock';
import { under } from './address.ts';
import type { FoundProblem } from './connection-state.ts';
import { found } from './find-problem.ts';
import { nativeExchange } from './native-exchange.ts';

/** Milliseconds after which a host counts as silent. */
const silentAfterMs = 10_000;
/** Bytes of the longest answer to a health request. */
const maxBody = 65_536;

/** Finds out why no connection to a coordinator opens, on React Native, which reports less than Node. */
export async function findNativeProblem(base: URL, clock: Clock): Promise<FoundProblem> {
  const end = new AbortController();
  const cancel = clock.at(clock.now() + silentAfterMs, () => end.abort());
  try {
    const health = under(base, '/health/live');
    const { status, bytes } = await nativeExchange(health, { method: 'GET', signal: end.signal }, maxBody);
    const told = bytes && (parseJson(bytes) as { name?: unknown } | undefined);
    return found(status === 200 && told?.name === 'murmuration' ? 'no-websocket' : 'another-server', base);
  } catch {
    return found(end.signal.aborted ? 'silent' : 'unreachable', base);
  } finally {
    cancel();
  }
}
