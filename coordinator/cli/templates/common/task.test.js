import assert from 'node:assert/strict';
import test from 'node:test';
import { objectiveTrainer, testCoordinator } from '@murmuration/client-sdk/testing';
import { examples, name } from './examples.js';
import { model } from './model.js';
import objective from './objective.js';

test('a device trains, and its masked update counts', async () => {
  const coordinator = await testCoordinator({ tasks: { [name]: { model } } });
  const trainer = objectiveTrainer(objective);
  const client = coordinator.client({ tasks: { [name]: { examples, trainer } } });
  await client.start();
  const { outcome, sent, errors } = await coordinator.round();
  assert.deepEqual({ outcome, errors }, { outcome: 'counted', errors: [] });
  assert.ok(sent.norm > 0);
  await client.stop();
});
