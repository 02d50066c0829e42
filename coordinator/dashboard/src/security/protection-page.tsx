import type { Refusals } from '@murmuration/api/security';
import type { TaskSettings } from '@murmuration/api/settings';
import { useTask } from '../context/task.ts';
import { maxHours, Span, useHours } from '../controls/span.tsx';
import { useLoaded } from '../loading/loaded.ts';
import { Loading } from '../loading/loading.tsx';
import { Guarantees } from '../privacy/guarantees.tsx';
import { ErrorTable } from '../refusals/error-table.tsx';
import { Weaknesses } from '../settings/weaknesses.tsx';
import { AlertRules } from './alert-rules.tsx';
import { AuditLog } from './audit-log.tsx';
import { words } from './words.ts';

/** Tab of what devices of a task are promised, and of refused messages, alert rules and the audit log. */
export function ProtectionPage() {
  const task = useTask();
  return (
    <div class="stack">
      {task !== null && <Promised task={task} />}
      <RefusedMessages />
      <AlertRules />
      <AuditLog />
    </div>
  );
}

/** Protection of a task's devices, and where it is weaker than the definition of the task. */
function Promised({ task }: { readonly task: string }) {
  const settings = useLoaded<TaskSettings>(`tasks/${task}/settings`, ['settings'], task);
  return (
    <>
      <Weaknesses all={settings.data.value?.weakened ?? []} />
      <Guarantees task={task} />
    </>
  );
}

function RefusedMessages() {
  const hours = useHours(24) || maxHours;
  const loaded = useLoaded<Refusals>(`refusals?hours=${hours}`, []);
  return (
    <section class="card" aria-labelledby="refusals">
      <div class="card-head">
        <div>
          <h2 id="refusals">{words.refusals}</h2>
          <p class="muted">{words.refusalsHint}</p>
        </div>
        <div class="filters">
          <Span otherwise={24} />
          <button type="button" class="quiet-button" onClick={() => loaded.reload()}>
            {words.refresh}
          </button>
        </div>
      </div>
      <Loading of={loaded}>
        {({ codes }) =>
          codes.length === 0 ? (
            <p class="all-well">{words.noRefusals}</p>
          ) : (
            <ErrorTable label={words.refusals} errors={codes} />
          )
        }
      </Loading>
    </section>
  );
}
