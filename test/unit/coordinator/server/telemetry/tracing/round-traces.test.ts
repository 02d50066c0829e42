import { findOpenTelemetry } from '@murmuration/coordinator/telemetry/tracing/open-telemetry';
import { RoundTraces } from '@murmuration/coordinator/telemetry/tracing/round-traces';
import * as api from '@opentelemetry/api';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { deviceId, type Federation, openFederation, updateOf } from '../../federation.ts';

const traceId = 'a'.repeat(32);
const spanId = 'b'.repeat(16);

let federation: Federation;
let traces: RoundTraces;
let exporter: InMemorySpanExporter;

beforeEach(async () => {
  exporter = new InMemorySpanExporter();
  api.trace.setGlobalTracerProvider(
    new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }),
  );
  federation = await openFederation();
  traces = new RoundTraces(api, federation.events, federation.clock);
  await federation.rounds.start();
  await federation.clock.advance(0);
});

afterEach(async () => {
  await federation.rounds.stop();
  api.trace.disable();
});

const named = (name: string) => exporter.getFinishedSpans().filter(span => span.name === name);
const only = (name: string): ReadableSpan => {
  const [span, ...more] = named(name);
  expect([name, more]).toEqual([name, []]);
  return span!;
};
/** ms since 1970. */
const times = ({ startTime, endTime }: ReadableSpan) =>
  [startTime, endTime].map(([seconds, nanoseconds]) => seconds * 1_000 + nanoseconds / 1e6);

async function draw(): Promise<void> {
  for (const index of [0, 1, 2, 3, 4]) federation.checkIn(deviceId(index));
  await federation.clock.advance(0);
}

async function send(index: number): Promise<void> {
  const { assignment } = federation.channel.assignments.get(deviceId(index))!;
  await federation.rounds.current!.accept(assignment, updateOf([1, 0, 0, 0]));
}

describe('the trace of a round', () => {
  it('is one span, one in it for each phase with its counts, and the steps of closing', async () => {
    const begin = federation.clock.now();
    await federation.clock.advance(1_000);
    await draw();
    const { id } = federation.rounds.current!.terms;
    traces.upload(id, `00-${traceId}-${spanId}-01`);
    federation.disconnect(deviceId(4));
    await federation.clock.advance(2_000);
    for (const index of [0, 1, 2]) await send(index);
    await federation.clock.advance(0);

    const round = only('murmuration.round');
    expect(round.attributes).toMatchObject({
      'murmuration.round.id': id,
      'murmuration.round.number': 1,
      'murmuration.round.outcome': 'published',
      'murmuration.task': 'values',
      'murmuration.devices.accepted': 3,
      'murmuration.devices.lost': 1,
    });
    expect(times(round)).toEqual([begin, begin + 3_000]);
    expect(round.links).toMatchObject([{ context: { traceId, spanId } }]);
    const phases = ['gathering', 'updates', 'closing'].map(phase => only(`murmuration.phase.${phase}`));
    expect(phases.map(times)).toEqual([
      [begin, begin + 1_000],
      [begin + 1_000, begin + 3_000],
      [begin + 3_000, begin + 3_000],
    ]);
    expect(phases[1]!.attributes).toMatchObject({
      'murmuration.round.id': id,
      'murmuration.phase.goal': 3,
      'murmuration.phase.minimum': 2,
      'murmuration.devices.accepted': 3,
      'murmuration.devices.late': 1,
      'murmuration.devices.lost': 1,
    });
    for (const phase of phases) {
      expect(phase.parentSpanContext?.spanId).toBe(round.spanContext().spanId);
      expect(phase.spanContext().traceId).toBe(round.spanContext().traceId);
    }
    for (const step of ['aggregation', 'commit'])
      expect(only(`murmuration.closing.${step}`).parentSpanContext?.spanId).toBe(
        phases[2]!.spanContext().spanId,
      );
  });

  it('says why it failed, at the round and at the phase', async () => {
    await federation.clock.advance(10_000);
    const [first] = named('murmuration.round');
    const [gathering] = named('murmuration.phase.gathering');
    for (const span of [first, gathering])
      expect(span!.status).toEqual({
        code: api.SpanStatusCode.ERROR,
        message: federation.records[0]!.failure!.reason,
      });
  });

  it('links to a bounded number of uploads, and to none that name no span', async () => {
    await draw();
    const { id } = federation.rounds.current!.terms;
    for (const wrong of [undefined, 'x', `00-${'0'.repeat(32)}-${spanId}-01`, `01-${traceId}-${spanId}-01`])
      traces.upload(id, wrong);
    for (let i = 0; i < 200; i++) traces.upload(id, `00-${traceId}-${spanId}-00`);
    federation.rounds.current!.abort('enough');
    await federation.clock.advance(0);
    expect(only('murmuration.round').links).toHaveLength(128);
    // Of a round that is over nothing is kept.
    traces.upload(id, `00-${traceId}-${spanId}-01`);
  });

  it('links to the span of the request where there is one', async () => {
    await draw();
    const { id } = federation.rounds.current!.terms;
    const request = api.trace.getTracer('http').startSpan('PUT');
    const active = api.trace.setSpan(api.ROOT_CONTEXT, request);
    const manager: api.ContextManager = {
      active: () => active,
      with: (_, work, self, ...args) => work.call(self as never, ...args),
      bind: (_, target) => target,
      enable: () => manager,
      disable: () => manager,
    };
    api.context.setGlobalContextManager(manager);
    traces.upload(id, `00-${traceId}-${spanId}-01`);
    api.context.disable();
    federation.rounds.current!.abort('enough');
    await federation.clock.advance(0);
    expect(only('murmuration.round').links).toMatchObject([
      { context: { spanId: request.spanContext().spanId } },
    ]);
  });
});

describe('OpenTelemetry', () => {
  it('is found where it is installed', async () => {
    expect((await findOpenTelemetry())?.trace).toBe(api.trace);
  });

  it('is done without where it is not, and a broken one is no secret', async () => {
    const fail = (code: string) => async () => Promise.reject(Object.assign(new Error(code), { code }));
    expect(await findOpenTelemetry(fail('ERR_MODULE_NOT_FOUND'))).toBeUndefined();
    await expect(findOpenTelemetry(fail('ERR_INVALID_PACKAGE_CONFIG'))).rejects.toThrow();
  });
});
