import { expect, it } from 'vitest';
import { openGateway, until } from '../socket/scene.ts';

it('devices that are turned away lose their connections, and are let in again once they are not', async () => {
  const scene = await openGateway();
  const before = await scene.known();
  const other = await scene.device();
  await other.enrol();
  expect(() => scene.connections.requireOpen()).not.toThrow();

  scene.connections.turnAway('server.unreachable');
  await until(() => before.socket.disconnected);
  expect(scene.connections.size).toBe(0);
  await expect(other.hello()).rejects.toMatchObject({ code: 'server.unreachable' });
  expect(scene.connections.size).toBe(0);
  expect(() => scene.connections.requireOpen()).toThrow(
    expect.objectContaining({ code: 'server.unreachable' }),
  );

  scene.connections.turnAway(undefined);
  await before.connect();
  await before.hello();
  expect(scene.connections.size).toBe(1);
  await scene.close();
});
