import { MomentActions } from '@murmuration/coordinator/assembly/moment-actions';
import type { ModelHash, TaskName } from '@murmuration/protocol/ids/ids';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { CoordinatorEvents } from '@murmuration/rounds/events/events';
import { VersionAliases } from '@murmuration/rounds/promotion/version-aliases';
import { type AliasStore, aliasesIn } from '@murmuration/rounds/registry/aliases';
import type { ModelVersion } from '@murmuration/rounds/registry/model-version';
import type { History } from '@murmuration/rounds/registry/ports';
import { memoryDocuments } from '@murmuration/storage/memory/documents';
import { describe, expect, it } from 'vitest';

const task = 'values' as TaskName;
const hash = (number: number) => `${number}`.padStart(64, '0') as ModelHash;
const version = (number: number) => ({ task, number, model: hash(number) }) as ModelVersion;

/** Aliases of a task with three versions; `during` is called in the midst of what is asked of the storage. */
async function world() {
  const events = new CoordinatorEvents();
  const moments = new MomentActions(events);
  const versions = [1, 2, 3].map(version);
  const publish = (number: number) => {
    versions.push(version(number));
    moments.versionStored(version(number));
  };
  const history = {
    versions: async (_, before, limit) =>
      versions
        .filter(({ number }) => number < before)
        .toReversed()
        .slice(0, limit),
    at: async (_, number) => ({ version: versions.find(each => each.number === number)! }) as never,
  } as Pick<History, 'at' | 'versions'>;
  const kept = aliasesIn(memoryDocuments());
  const midst = { of: () => {}, change: () => {}, read: () => {} };
  const store: AliasStore = {
    ...kept,
    async of(name) {
      const found = await kept.of(name);
      midst.of();
      return found;
    },
    async change(...args) {
      await kept.change(...args);
      midst.change();
    },
  };
  const aliases = new VersionAliases({
    store,
    history,
    moments,
    events,
    clock: new VirtualClock(),
    read: async () => midst.read(),
  });
  moments.join({ versionAliases: aliases });
  await aliases.open(task);
  return { aliases, publish, midst };
}

describe('a version that is published while another one gets a name', () => {
  it.each(['of', 'change'] as const)('is the newest all the same (%s)', async when => {
    const { aliases, publish, midst } = await world();
    midst[when] = () => {
      midst[when] = () => {};
      publish(4);
    };
    await aliases.set(task, 'candidate', 2, 'Ada');
    const { newest, champion, base } = aliases.of(task);
    expect([newest.number, champion.number, base.number]).toEqual([4, 4, 4]);
  });

  it('does not keep the next round from the version that an operator rolls back to', async () => {
    const { aliases, publish, midst } = await world();
    midst.read = () => {
      midst.read = () => {};
      publish(4);
    };
    await aliases.rollBack(task, 2, 'Ada');
    const { newest, champion, base } = aliases.of(task);
    expect([newest.number, champion.number, base.number]).toEqual([4, 2, 2]);
  });
});
