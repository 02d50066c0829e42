/**
 * Samples in Prometheus' text format: returns the value of a metric under exactly these labels, in any order;
 * null if there is none.
 */
export interface MetricSamples {
  value(name: string, labels?: Readonly<Record<string, string>>): number | null;
}

const sample = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)(?: -?\d+)?$/;
const label = /\b([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"/g;

/** Parses the text format (version 0.0.4); lines that are no samples are skipped. */
export function parseMetrics(text: string): MetricSamples {
  const samples = new Map<string, number>();
  for (const line of text.split('\n')) {
    const [, name, labels = '', value] = sample.exec(line) ?? [];
    if (name === undefined) continue;
    const pairs = Array.from(
      labels.matchAll(label),
      ([, key, quoted]) => [key!, quoted!.replaceAll(/\\(.)/g, (_, c) => (c === 'n' ? '\n' : c))] as const,
    );
    samples.set(keyOf(name, pairs), Number(value!.replace(/Inf$/, 'Infinity')));
  }
  return { value: (name, labels = {}) => samples.get(keyOf(name, Object.entries(labels))) ?? null };
}

function keyOf(name: string, labels: readonly (readonly [name: string, value: string])[]): string {
  return JSON.stringify([name, labels.toSorted(([a], [b]) => (a < b ? -1 : 1))]);
}
