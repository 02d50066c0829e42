/** Who may serve whom, and how much. */
export interface Assignment {
  /** How many servers each client needs. */
  readonly demand: readonly number[];
  /** How many clients each server may serve. */
  readonly capacity: readonly number[];
  /** The servers that may serve each client. */
  readonly servers: readonly (readonly number[])[];
}

/**
 * Serves every client by distinct servers within all capacities, by augmenting paths (Ford and Fulkerson 1956); undefined where that is
 * impossible. Returns who serves each client.
 */
export function assign({ demand, capacity, servers }: Assignment): number[][] | undefined {
  const served = demand.map(() => new Set<number>());
  const clients = capacity.map(() => new Set<number>());
  for (const [client, wanted] of demand.entries())
    while (served[client]!.size < wanted) if (!augment(client)) return undefined;
  return served.map(set => [...set]);

  /** Gives one more server to a client, though others change theirs. */
  function augment(first: number): boolean {
    const servedBy = new Map<number, number>(); // server → the client that reached it
    const givenUp = new Map<number, number>(); // client → the server that it would give up
    const queue = [first];
    for (const client of queue) {
      for (const server of servers[client]!) {
        if (servedBy.has(server) || served[client]!.has(server)) continue;
        servedBy.set(server, client);
        if (clients[server]!.size < capacity[server]!) {
          settle(server);
          return true;
        }
        for (const other of clients[server]!) {
          if (other === first || givenUp.has(other)) continue;
          givenUp.set(other, server);
          queue.push(other);
        }
      }
    }
    return false;

    function settle(last: number): void {
      for (let server: number | undefined = last; server !== undefined; ) {
        const client: number = servedBy.get(server)!;
        const before = client === first ? undefined : givenUp.get(client)!;
        if (before !== undefined) {
          served[client]!.delete(before);
          clients[before]!.delete(client);
        }
        served[client]!.add(server);
        clients[server]!.add(client);
        server = before;
      }
    }
  }
}
