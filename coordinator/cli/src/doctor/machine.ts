import type { ChosenBackend } from '@murmuration/engine/backend/backend';
import type { Clock } from '@murmuration/protocol/time/clock';
import { type Checkup, fault, ok, reason, warning } from './finding.ts';

/** Oldest supported version of Node: `engines` of the package. */
export const oldestNode = '20.19.0';

/** Checks that a version of Node, such as `20.19.2`, is recent enough. */
export function checkNode(version: string): Checkup {
  return version.localeCompare(oldestNode, 'en', { numeric: true }) >= 0
    ? ok('node', `Node ${version} is recent enough.`)
    : fault('node', `Node ${version} is older than ${oldestNode}.`, `Install Node ${oldestNode} or newer.`);
}

/** Checks that a backend for models starts, and reports which one and why. */
export async function checkEngine(start: () => Promise<ChosenBackend>): Promise<Checkup> {
  try {
    const { backend, reason: why } = await start();
    return ok('engine', `Models run on ${backend === 'wasm' ? 'WebAssembly' : 'tfjs-node'} (${why}).`);
  } catch (error) {
    return fault(
      'engine',
      `No backend for models starts: ${reason(error)}.`,
      'Install the packages again on this machine (npm ci), on a processor for which Node has WebAssembly.',
    );
  }
}

/** Start of 2026: a correct clock is not earlier than this program. */
const earliest = Date.UTC(2026, 0, 1);
const latest = Date.UTC(2100, 0, 1);
/**
 * Milliseconds of clock difference from which there is a warning, and from which tokens and deadlines fail.
 */
const [noticeable, harmful] = [5_000, 60_000];
/** Milliseconds to wait for an answer. */
const timeServerTimeoutMs = 5_000;

const mend =
  'Set the clock, best by a time service such as chrony or systemd-timesyncd (timedatectl set-ntp true).';

/**
 * Checks that this machine's clock is plausible, and agrees with the coordinator at `url`, if one is named.
 */
export async function checkClock(clock: Clock, url: URL | undefined): Promise<Checkup> {
  const now = clock.now();
  const shown = new Date(now).toISOString();
  if (now < earliest || now > latest)
    return fault('clock', `The clock of this machine says ${shown}, which can't be.`, mend);
  if (!url) return ok('clock', `The clock of this machine says ${shown}.`);
  let date: string | null;
  try {
    const signal = AbortSignal.timeout(timeServerTimeoutMs);
    const response = await fetch(new URL('/health/live', url), { redirect: 'error', signal });
    await response.body?.cancel();
    date = response.headers.get('date');
  } catch {
    return warning(
      'clock',
      `${url.origin} does not answer, so that its clock is unknown.`,
      'Start the coordinator, or name another address with --url.',
    );
  }
  const after = clock.now();
  if (after < now)
    return fault('clock', `The clock of this machine went back by ${(now - after) / 1_000} s.`, mend);
  const theirs = Date.parse(date ?? '');
  if (Number.isNaN(theirs))
    return warning(
      'clock',
      `${url.origin} does not tell its time.`,
      'Let the proxy in front of it pass the header "Date" on.',
    );
  // The `date` header has whole seconds, from any moment while the answer was under way.
  const off = Math.max(0, theirs - after, now - (theirs + 1_000));
  if (off <= noticeable) return ok('clock', `The clock agrees with that of ${url.origin}.`);
  const says = `The clock of this machine and that of ${url.origin} are ${Math.round(off / 1_000)} s apart.`;
  return off > harmful ? fault('clock', says, mend) : warning('clock', says, mend);
}
