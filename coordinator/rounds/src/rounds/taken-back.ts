import type { ModelHash } from '@murmuration/protocol/ids/ids';
import type { History } from '../registry/ports.ts';
import type { Registry } from '../registry/registry.ts';
import type { SavedRound } from '../round/store.ts';

/** Reason why a round makes no version that trained from another version than the next one follows. */
export const otherBase = 'The version that this round trained from was rolled back, or has grown.';

/**
 * Returns the reason why a round under way at a restart can lead to no version: the version that its devices
 * train from is not the one that the next version follows. It was taken back, or has grown, and its
 * coordinator died before the round had ended. Undefined if the round can lead to one, and for a query.
 * Throws `storage.*` and `model.*`.
 */
export async function takenBack(
  { terms, entries }: Pick<SavedRound, 'terms' | 'entries'>,
  registry: Pick<Registry, 'current'>,
  history: Pick<History, 'version'>,
): Promise<string | undefined> {
  const { plan, kind } = terms;
  if (plan.query) return undefined;
  const { head } = await registry.current(plan.task);
  if (kind !== 'buffer') return head.version.model === plan.model ? undefined : otherBase;
  // A buffer takes updates from several versions; the head is the newest unless others were taken back.
  const bases = new Set<ModelHash>([plan.model]);
  for (const entry of entries)
    if (entry.type === 'drawn') for (const { base } of entry.members) if (base) bases.add(base.model);
  for (const model of bases) {
    const version = await history.version(model);
    if (version && version.number > head.version.number)
      return 'A version that this round trained from was rolled back.';
  }
  return undefined;
}
