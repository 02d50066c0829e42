import type { Coordinator } from '@murmuration/coordinator/assembly/main';
import type { TaskName } from '@murmuration/protocol/ids/ids';
import { comeBack } from '@murmuration/protocol/messages/check-in';
import { decodeFrame } from '@murmuration/protocol/messages/frame';
import { afterEach, expect, it } from 'vitest';
import { openCoordinator } from './line.ts';
import { RawDevice } from './raw-device.ts';

let coordinator: Coordinator | undefined;

afterEach(async () => {
  await coordinator?.stop();
});

it('a device that was sent away hears over its socket that its task goes on', async () => {
  const task = 'line' as TaskName;
  coordinator = await openCoordinator({ cohort: { goal: 1, minimum: 1, overSelection: 1 } });
  await coordinator.control.pause(task);
  await coordinator.start();
  const device = await new RawDevice(coordinator.url).connect();
  await device.enrol();
  await device.hello();
  expect(await device.checkIn()).toMatchObject({ decision: 'later', after: expect.any(Number) });
  await coordinator.control.unpause(task);
  const message = decodeFrame(await device.next('come-back'), comeBack);
  expect(message.task).toBe(task);
  expect(message.after).toBeLessThan(1_000);
  expect(await device.checkIn()).toEqual({ decision: 'waiting' });
  expect((await device.assigned()).plan.task).toBe(task);
  device.socket.disconnect();
});
