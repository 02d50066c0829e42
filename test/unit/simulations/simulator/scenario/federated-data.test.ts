import { requireData } from '@murmuration/simulations/scenario/federated-data';
import { expect, test } from 'vitest';

test('data name a client whose examples are not there, before anything runs', () => {
  const of = (...clients: Uint32Array[]) => ({ train: ['a', 'b'], heldOut: [], clients });
  expect(() => requireData(of(Uint32Array.of(0, 1), Uint32Array.of()))).not.toThrow();
  expect(() => requireData(of(Uint32Array.of(0), Uint32Array.of(1, 2)))).toThrow(
    'Client 1 of the scenario\'s data has the example 2, and "train" has 2: 0 to 1.',
  );
  expect(() => requireData(of())).toThrow('no clients');
});
