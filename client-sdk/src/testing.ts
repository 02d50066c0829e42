import { native } from '@murmuration/protocol/primitives/node';
import {
  coordinatorInMemory,
  type TestCoordinator,
  type TestCoordinatorOptions,
} from './testing/coordinator.ts';

export type { ModelParts } from '@murmuration/engine/models/model';
export { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
export type { RoundOptions, TestCoordinator, TestCoordinatorOptions } from './testing/coordinator.ts';
export type { Asked, DeviceMessages } from './testing/memory-connection.ts';
export { objectiveTrainer } from './testing/objective-trainer.ts';
export { seededBytes } from './testing/seeded-bytes.ts';
export type { TestClientOptions } from './testing/test-client.ts';
export type { FailingPhase, RoundResult, SentUpdate } from './testing/test-round.ts';
export type { LayersModel, TestTask } from './testing/test-task.ts';

/**
 * Creates a coordinator in memory, for an app's tests in Node: under `vitest`, `jest`, `node:test` or others.
 *
 * @throws MurmurationError `protocol.id` for an invalid task name, `model.unusable` for an invalid model
 */
export function testCoordinator(options: TestCoordinatorOptions): Promise<TestCoordinator> {
  return coordinatorInMemory(options, native);
}
