import type { ModelHash } from '@murmuration/protocol/ids/ids';
import type { History } from '../registry/ports.ts';
import type { Registry } from '../registry/registry.ts';
import type { SavedRound } from '../round/store.ts';

/** Why no version is made of a round that trained from another version than the next one follows. */
export const otherBase = 'The version that this round trained from was rolled back, or has grown.';

/**
 * Why a round that was under way at a restart can lead to no version, where the one that its devices train from is not that which the next one
 * follows: it was taken back, or has grown, and its coordinator died before the round had ended. Undefined where it can, and of a query. Throws
 * `storage.*` and `model.*`.
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
  // A buffer takes updates from several versions, of which the head is the newest unless others were taken back.
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
