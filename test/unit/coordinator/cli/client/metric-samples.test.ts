import { parseMetrics } from '@murmuration/cli/client/metric-samples';
import { Gauge, Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';

describe('samples of metrics', () => {
  it('are found by name and labels, in any order', () => {
    const samples = parseMetrics(
      '# HELP a b\n# TYPE a gauge\na 1\na{x="1",y="2"} 3.5 1700000000000\nb -Inf\n',
    );
    expect(samples.value('a')).toBe(1);
    expect(samples.value('a', { y: '2', x: '1' })).toBe(3.5);
    expect(samples.value('b')).toBe(Number.NEGATIVE_INFINITY);
    expect(samples.value('a', { x: '1' })).toBeNull();
  });

  it('keep label values with quotes, backslashes, line ends and braces', async () => {
    const registry = new Registry();
    const gauge = new Gauge({ name: 'odd', help: 'odd', labelNames: ['of'], registers: [registry] });
    const odd = ['a"b', 'c\\d', 'e\nf', 'g} 7', 'h,of="i'];
    for (const [index, of] of odd.entries()) gauge.set({ of }, index);
    const samples = parseMetrics(await registry.metrics());
    expect(odd.map(of => samples.value('odd', { of }))).toEqual([0, 1, 2, 3, 4]);
  });
});
