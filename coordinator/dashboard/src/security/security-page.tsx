import type { Refusals } from '@murmuration/api/security';
import { useSignal } from '@preact/signals';
import { PageHead } from '../controls/page-head.tsx';
import { Span } from '../controls/span.tsx';
import { terms } from '../format/terms.ts';
import { useLoaded } from '../loading/loaded.ts';
import { Loading } from '../loading/loading.tsx';
import { ErrorTable } from '../refusals/error-table.tsx';
import { AlertRules } from './alert-rules.tsx';
import { AuditLog } from './audit-log.tsx';
import { words } from './words.ts';

/** Spans to choose from, hours. */
const spans = [24, 168, 720] as const;

/** Page of refused messages, alert rules and the audit log. */
export function SecurityPage() {
  return (
    <>
      <PageHead title={terms.pages.security} />
      <div class="stack">
        <RefusedMessages />
        <AlertRules />
        <AuditLog />
      </div>
    </>
  );
}

function RefusedMessages() {
  const hours = useSignal<number>(spans[0]);
  const loaded = useLoaded<Refusals>(`refusals?hours=${hours.value}`, []);
  return (
    <section class="card" aria-labelledby="refusals">
      <div class="card-head">
        <div>
          <h2 id="refusals">{words.refusals}</h2>
          <p class="muted">{words.refusalsHint}</p>
        </div>
        <div class="filters">
          <Span hours={hours} spans={spans} />
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
