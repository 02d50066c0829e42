import { native } from '@murmuration/protocol/primitives/node';
import {
  coordinatorInMemory,
  type TestCoordinator,
  type TestCoordinatorOptions,
} from './testing/coordinator.ts';

export { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
export type { RoundOptions, TestCoordinator, TestCoordinatorOptions } from './testing/coordinator.ts';
export type { Asked, DeviceMessages } from './testing/memory-connection.ts';
export { objectiveTrainer } from './testing/objective-trainer.ts';
export { seededBytes } from './testing/seeded-bytes.ts';
export type { TestClientOptions } from './testing/test-client.ts';
export type { FailingPhase, RoundResult, SentUpdate } from './testing/test-round.ts';
export type { LayersModel, ModelParts, TestTask } from './testing/test-task.ts';

/**
 * A coordinator in memory, for the tests of an app, in Node: under `vitest`, `jest`, `node:test` or any other runner.
 *
 * @throws MurmurationError `protocol.id` for a name that no task can have, `model.unusable` for a model that devices can't have
 */
export function testCoordinator(options: TestCoordinatorOptions): Promise<TestCoordinator> {
  return coordinatorInMemory(options, native);
}
