import { systemTurns } from '@murmuration/serving/adapters/system-turns';
import { threadRuntime } from '@murmuration/serving/runtime/thread-runtime';
import { latencyP99 } from '@murmuration/serving/server/latency';
import type { CoordinatorEvents } from '../events/events.ts';
import { Gates } from '../lifecycle/gates/gates.ts';
import type { Storage } from '../storage/storage.ts';
import type { Core } from './core.ts';

/** Opens the gates of all tasks of a core, before their rounds go on. Throws `storage.*`. */
export async function openGates(
  { rounds, registry, versionAliases }: Pick<Core, 'rounds' | 'registry' | 'versionAliases'>,
  {
    clock,
    events,
    storage,
  }: {
    readonly clock: ConstructorParameters<typeof Gates>[0]['clock'];
    readonly events: CoordinatorEvents;
    readonly storage: Pick<Storage, 'gateDecisions' | 'audit'>;
  },
): Promise<Gates> {
  const gates = new Gates({
    taskOf: task => rounds.get(task)?.task,
    registry,
    versionAliases,
    decisions: storage.gateDecisions,
    audit: storage.audit,
    clock,
    events,
    turn: () => new Promise(resolve => systemTurns.soon(resolve)),
    async latencyP99({ name, serving: { warmUp, transformer } }, files, signal) {
      const runtime = threadRuntime();
      try {
        const model = await runtime.load({ platform: 'tensorflowjs_layersmodel', files });
        return await latencyP99(
          model,
          { name, recorded: warmUp ?? undefined, transformer: transformer ?? undefined },
          systemTurns,
          signal,
        );
      } finally {
        await runtime.close();
      }
    },
  });
  for (const { task } of rounds.values()) await gates.open(task.name);
  return gates;
}
