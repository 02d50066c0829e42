import { compareClients } from '@murmuration/simulations/federation/client-comparison';
import { simulate } from '@murmuration/simulations/federation/simulate';
import { type RunEvent, runEvent } from '@murmuration/simulations/report/run-event';
import clusters from '@murmuration/simulations/scenarios/clusters';
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
  }, 60_000);

  it('is left out where the settings ask for none', async () => {
    expect(compared(await eventsOf({ stop: { rounds: 1 }, evaluation: { clients: 0 } }))).toEqual([]);
  }, 60_000);

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
    const [loss] = await compareClients(federation, 4, 10, 7);
    expect(asked).toEqual([[0, 2, 5, 7]]);
    expect(loss!.after.values).toEqual([0, 2, null, 7]);
  });
});
