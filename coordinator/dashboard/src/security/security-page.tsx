import type { Refusals } from '@murmuration/api/security';
import { useSignal } from '@preact/signals';
import { PageHead } from '../page/page-head.tsx';
import { Span } from '../page/span.tsx';
import { useLoaded } from '../requests/loaded.ts';
import { Loading } from '../requests/loading.tsx';
import { ErrorTable } from '../rounds/error-table.tsx';
import { strings } from '../strings.ts';
import { AlertRules } from './alert-rules.tsx';
import { AuditLog } from './audit-log.tsx';

/** Spans to choose from, hours. */
const spans = [24, 168, 720] as const;

/** What was refused, what is watched for, and who did what. */
export function SecurityPage() {
  return (
    <>
      <PageHead title={strings.pages.security} />
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
          <h2 id="refusals">{strings.security.refusals}</h2>
          <p class="muted">{strings.security.refusalsHint}</p>
        </div>
        <div class="filters">
          <Span hours={hours} spans={spans} />
          <button type="button" class="quiet-button" onClick={() => loaded.reload()}>
            {strings.security.refresh}
          </button>
        </div>
      </div>
      <Loading of={loaded}>
        {({ codes }) =>
          codes.length === 0 ? (
            <p class="all-well">{strings.security.noRefusals}</p>
          ) : (
            <ErrorTable label={strings.security.refusals} errors={codes} />
          )
        }
      </Loading>
    </section>
  );
}
