import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

/** Returns functions that make metrics in a registry, from a name, a help text and names of labels. */
export function registerIn(registry: Registry) {
  const registers = [registry];
  return {
    counter: <Label extends string>(name: string, help: string, ...labelNames: Label[]): Counter<Label> =>
      new Counter({ name, help, labelNames, registers }),
    gauge: <Label extends string>(name: string, help: string, ...labelNames: Label[]): Gauge<Label> =>
      new Gauge({ name, help, labelNames, registers }),
    histogram: <Label extends string>(
      name: string,
      help: string,
      buckets: number[],
      ...labelNames: Label[]
    ): Histogram<Label> => new Histogram({ name, help, buckets, labelNames, registers }),
    /** Makes a gauge that `read` sets each time the metrics are read. */
    readGauge<Label extends string>(
      name: string,
      help: string,
      read: (gauge: Gauge<Label>) => void | Promise<void>,
      ...labelNames: Label[]
    ): void {
      new Gauge<Label>({
        name,
        help,
        labelNames,
        registers,
        collect() {
          return read(this);
        },
      });
    },
  };
}
