import { compareClients } from '@murmuration/simulations/federation/client-comparison';
import { simulate } from '@murmuration/simulations/federation/simulate';
import { type RunEvent, runEvent } from '@murmuration/simulations/run-events/run-event';
import clusters from '@murmuration/tuning/scenarios/clusters';
import { describe, expect, it } from 'vitest';

async function eventsOf(settings: object): Promise<RunEvent[]> {
  const events: RunEvent[] = [];
  const rounds = simulate(clusters, {
    settings: { data: { clients: 12, perClient: 20, heldOut: 50 }, cohort: { goal: 4 }, ...settings },
    workers: 1,
    tell: event => events.push(event),
  });
  for await (const round of rounds) expect(round.outcome).toBe('published');
  return events;
}

const compared = (events: readonly RunEvent[]) =>
  events.flatMap(event => (event.type === 'clients-compared' ? [event] : []));

describe('the comparison of clients', () => {
  it('tells of each metric how the first and the last model do on the examples of each client, before the run ends', async () => {
    const events = await eventsOf({ stop: { rounds: 6 } });
    const found = compared(events);
    expect(found.map(({ metric }) => metric).sort()).toEqual(Object.keys(clusters.metrics).sort());
    for (const event of found) {
      expect(runEvent.parse(event)).toEqual(event);
      expect(event).toMatchObject({
        round: 6,
        before: { model: 'first model' },
        after: { model: 'global' },
        client: Array.from({ length: 12 }, (_, i) => i),
      });
    }
    const { before, after } = found.find(({ metric }) => metric === 'loss')!;
    const mean = (values: readonly (number | null)[]) =>
      values.reduce<number>((sum, value) => sum + value!, 0) / values.length;
    expect(new Set(before.values).size).toBeGreaterThan(6);
    expect(mean(after.values)).toBeLessThan(0.9 * mean(before.values));
    expect(events.at(-1)).toMatchObject({ type: 'run-ended', outcome: 'finished' });
  });

  it('is left out where the settings ask for none', async () => {
    expect(compared(await eventsOf({ stop: { rounds: 1 }, evaluation: { clients: 0 } }))).toEqual([]);
  });

  it('is left out under private layers, of which versions know nothing, and after a stop', async () => {
    const plan = { privateLayers: ['clusters'] };
    expect(compared(await eventsOf({ stop: { rounds: 1 }, plan }))).toEqual([]);
    const events: RunEvent[] = [];
    const stop = new AbortController();
    const settings = { data: { clients: 12, perClient: 20, heldOut: 50 }, cohort: { goal: 4 } };
    for await (const _ of simulate(clusters, {
      settings,
      workers: 1,
      signal: stop.signal,
      tell: event => events.push(event),
    }))
      stop.abort();
    expect(events.at(-1)).toMatchObject({ type: 'run-ended', outcome: 'stopped' });
    expect(compared(events)).toEqual([]);
  });

  it('asks nothing of clients without examples, and its failure is told without failing the run', async () => {
    const events: RunEvent[] = [];
    const told: string[] = [];
    const run = async (federated: Partial<typeof clusters>, begun = () => {}) => {
      const rounds = simulate(
        { ...clusters, ...federated },
        {
          settings: {
            data: { clients: 6, perClient: 20, heldOut: 50 },
            cohort: { goal: 3 },
            stop: { rounds: 1 },
          },
          workers: 1,
          failed: where => told.push(where),
          tell: event => {
            events.push(event);
            if (event.type === 'run-begun') begun();
          },
        },
      );
      for await (const _ of rounds);
    };
    await run({
      data: async settings => {
        const data = await clusters.data(settings);
        return { ...data, clients: [...data.clients, new Uint32Array()] };
      },
    });
    expect(compared(events)[0]).toMatchObject({ client: [0, 1, 2, 3, 4, 5] });
    events.length = 0;
    // Their examples are lost to the threads once the run has looked at them.
    const lost: Uint32Array[] = [];
    const data: typeof clusters.data = async settings => {
      const whole = await clusters.data(settings);
      for (const examples of whole.clients.slice(3)) {
        const shared = new Uint32Array(new SharedArrayBuffer(4 * examples.length));
        shared.set(examples);
        lost.push(shared);
      }
      return { ...whole, clients: [...whole.clients.slice(0, 3), ...lost] };
    };
    await run({ data }, () => {
      for (const examples of lost) examples.fill(1e6);
    });
    expect(told).toContain('the comparison of clients');
    expect(compared(events)).toEqual([]);
    expect(events.at(-1)).toMatchObject({ outcome: 'finished', weightsSha256: expect.any(String) });
  });

  it('takes some clients, evenly spread, where there are many; what is no number is null', async () => {
    const asked: (readonly number[])[] = [];
    const federation = {
      compareClients: async (clients: readonly number[]) => {
        asked.push(clients);
        const measured = clients.map(client => ({
          weight: 1,
          metrics: { loss: client === 5 ? Number.NaN : client },
        }));
        return { first: measured, newest: measured };
      },
    };
    const [loss] = await compareClients(
      federation,
      4,
      Array.from({ length: 10 }, (_, i) => i),
      7,
    );
    expect(asked).toEqual([[0, 2, 5, 7]]);
    expect(loss!.after.values).toEqual([0, 2, null, 7]);
  });
});
