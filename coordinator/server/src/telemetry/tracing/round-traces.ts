import type { RoundId } from '@murmuration/protocol/ids/ids';
import type { Clock } from '@murmuration/protocol/time/clock';
import type { ClosingStep, CoordinatorEvents } from '@murmuration/rounds/events/events';
import type { RoundRecord } from '@murmuration/rounds/round/record';
import type { PhaseRecord } from '@murmuration/rounds/round/timeline';
import type { Context, Link, Span, SpanContext, Tracer } from '@opentelemetry/api';
import type { OpenTelemetry } from './open-telemetry.ts';

/** Maximum number of uploads linked from a round's span, the default limit of exporters. */
const mostLinks = 128;

/** Data of a round under way. */
interface Gathered {
  readonly links: Link[];
  readonly steps: { readonly step: ClosingStep; readonly startedAt: number; readonly endedAt: number }[];
}

/**
 * Creates a trace of each round when it is over: one span for the round, with one for each phase, and one for
 * each step of closing it. It only listens.
 */
export class RoundTraces {
  readonly #api: OpenTelemetry;
  readonly #tracer: Tracer;
  readonly #underWay = new Map<RoundId, Gathered>();

  constructor(api: OpenTelemetry, events: CoordinatorEvents, clock: Clock) {
    this.#api = api;
    this.#tracer = api.trace.getTracer('@murmuration/coordinator');
    events.on('round', ({ phase, terms: { id } }) => {
      const isOver = phase === 'published' || phase === 'failed';
      if (!isOver && !this.#underWay.has(id)) this.#underWay.set(id, { links: [], steps: [] });
    });
    events.on('closing-step', ({ id }, step, ms) => {
      const endedAt = clock.now();
      this.#underWay.get(id)?.steps.push({ step, startedAt: endedAt - ms, endedAt });
    });
    events.on('round-ended', record => {
      const gathered = this.#underWay.get(record.round) ?? { links: [], steps: [] };
      this.#underWay.delete(record.round);
      this.#trace(record, gathered);
    });
  }

  /**
   * Links the span of an upload's HTTP request, or the one that its header `traceparent` names, to the round.
   */
  upload(round: RoundId, traceparent: unknown): void {
    const links = this.#underWay.get(round)?.links;
    if (!links || links.length >= mostLinks) return;
    const context = this.#api.trace.getActiveSpan()?.spanContext() ?? contextOf(traceparent);
    if (context && this.#api.isSpanContextValid(context)) links.push({ context });
  }

  #trace(record: RoundRecord, { links, steps }: Gathered): void {
    const { ROOT_CONTEXT, SpanStatusCode, trace } = this.#api;
    const { round, task, number, outcome, failure, tally, planVersion, base, model, startedAt, endedAt } =
      record;
    const attributes = {
      'murmuration.round.id': round,
      'murmuration.round.number': number,
      'murmuration.round.outcome': outcome,
      'murmuration.task': task,
      'murmuration.plan.version': planVersion,
      'murmuration.model.base': base,
      ...(model && { 'murmuration.model.made': model }),
      ...prefixed(tally),
    };
    const root = this.#tracer.startSpan(
      'murmuration.round',
      { root: true, startTime: new Date(startedAt), attributes, links },
      ROOT_CONTEXT,
    );
    if (failure) root.setStatus({ code: SpanStatusCode.ERROR, message: failure.reason });
    const within = trace.setSpan(ROOT_CONTEXT, root);
    let at = startedAt;
    for (const phase of record.phases) {
      const span = this.#tracePhase(phase, record, at, within);
      if (phase.phase === 'closing') {
        const closing = trace.setSpan(within, span);
        for (const { step, startedAt: from, endedAt: to } of steps)
          this.#tracer
            .startSpan(`murmuration.closing.${step}`, { startTime: new Date(from) }, closing)
            .end(new Date(to));
      }
      at = phase.endedAt ?? at;
      if (phase.phase === failure?.during)
        span.setStatus({ code: SpanStatusCode.ERROR, message: failure.reason });
      span.end(new Date(at));
    }
    root.end(new Date(endedAt));
  }

  /**
   * Traces a phase. If its beginning was lost in a restart, it begins with the end of the previous one,
   * `after`.
   */
  #tracePhase(
    { phase, startedAt, goal, minimum, accepted, rejected, late, lost }: PhaseRecord,
    { round, task }: RoundRecord,
    after: number,
    within: Context,
  ): Span {
    const attributes = {
      'murmuration.round.id': round,
      'murmuration.task': task,
      ...prefixed({ accepted, rejected, late, lost }),
      ...(goal !== null && { 'murmuration.phase.goal': goal }),
      ...(minimum !== null && { 'murmuration.phase.minimum': minimum }),
    };
    const startTime = new Date(startedAt ?? after);
    return this.#tracer.startSpan(`murmuration.phase.${phase}`, { startTime, attributes }, within);
  }
}

function prefixed(counts: object): Record<string, number> {
  return Object.fromEntries(
    Object.entries(counts).map(([name, count]) => [`murmuration.devices.${name}`, count]),
  );
}

/** Parses a W3C Trace Context header; returns undefined if it is malformed. */
function contextOf(traceparent: unknown): SpanContext | undefined {
  if (typeof traceparent !== 'string') return undefined;
  const [, traceId, spanId, flags] =
    /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/.exec(traceparent) ?? [];
  if (traceId === undefined || spanId === undefined || flags === undefined) return undefined;
  return { traceId, spanId, traceFlags: Number.parseInt(flags, 16), isRemote: true };
}
