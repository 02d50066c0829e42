import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { ModelHash } from '@murmuration/protocol/ids/ids';
import { inferenceMetrics } from '@murmuration/serving/metrics/metrics';
import { SeriesCounter, SeriesHistogram } from '@murmuration/serving/metrics/series';
import { Counter, Histogram, Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';

describe('metrics whose series are found once', () => {
  it('are shown as those of prom-client', async () => {
    const [own, theirs] = [new Registry(), new Registry()];
    const described = { name: 'a_seconds', help: 'How "long"\nit took.', buckets: [0.1, 1, 10] };
    const histogram = new Histogram({ ...described, labelNames: ['model', 'code'], registers: [theirs] });
    const series = new SeriesHistogram(own, described.name, described.help, described.buckets);
    const counter = new Counter({
      name: 'a_total',
      help: 'How often.',
      labelNames: ['model'],
      registers: [theirs],
    });
    const counts = new SeriesCounter(own, 'a_total', 'How often.');
    for (const model of ['x', 'a "name" \\ with\nall']) {
      const labels = { model, code: 'ok' };
      const found = series.series(labels);
      for (const value of [0, 0.1, 0.100001, 1, 5, 10, 11, 1e9]) {
        found.observe(value);
        histogram.observe(labels, value);
      }
      counts.series({ model }).value += 3;
      counter.inc({ model }, 3);
    }
    // What has no value yet is not there.
    series.series({ model: 'silent', code: 'ok' });
    const lines = async (registry: Registry) => (await registry.metrics()).split('\n').toSorted();
    expect(await lines(own)).toEqual(await lines(theirs));
  });
});

describe('the metrics of an inference server', () => {
  it('tell at most a thousand versions apart, and none that is not there', async () => {
    const registry = new Registry();
    const { answered, executed } = inferenceMetrics(registry);
    const request = { model: 'm', inputs: [], protocol: 'grpc' };
    const told = { model: 'm', protocol: 'grpc', ms: 2, queueMs: 1, request, response: null };
    const tell = (version: string, error: MurmurationError | null = null) =>
      answered?.({ ...told, version, error, end: error ? 'refused' : 'answered' });
    for (let version = 0; version < 1_200; version++) {
      tell(String(version));
      executed?.({ name: 'm', version: String(version), hash: '' as ModelHash }, 3, 1);
    }
    tell('', new MurmurationError('model.missing'));
    const text = await registry.metrics();
    expect(text.match(/^murmuration_inference_requests_total\{model="m"/gm)).toHaveLength(1_000);
    expect(text).toContain(
      'murmuration_inference_requests_total{model="other",version="",protocol="grpc",code="ok"} 200',
    );
    expect(text).toContain(
      'murmuration_inference_requests_total{model="other",version="",protocol="grpc",code="model.missing"} 1',
    );
    expect(text).toContain('murmuration_inference_batch_size_bucket{le="4",model="m",version="0"} 1');
    expect(text).toContain(
      'murmuration_inference_duration_seconds_sum{model="m",version="0",protocol="grpc"} 0.002',
    );
    expect(text).toContain('murmuration_inference_queue_seconds_count{model="other",version=""} 200');
  });
});
