import { parseConfig } from '@murmuration/coordinator/assembly/config';
import { createCoordinator } from '@murmuration/coordinator/assembly/main';
import { expect, it } from 'vitest';
import lineTask from '../../../../e2e/line-task.ts';

it('has the clock and the randomness of the system where a program names neither, and stops with its scope', async () => {
  const config = parseConfig({ port: 0, log: 'silent', openEnrolment: true });
  const began = Date.now();
  const coordinator = await createCoordinator(config, [lineTask], { threads: 0 });
  const { url } = coordinator;
  const { date } = Object.fromEntries((await fetch(`${url}/health/live`)).headers);
  expect(Date.parse(date!)).toBeGreaterThanOrEqual(began - 1_000);
  await coordinator[Symbol.asyncDispose]();
  await expect(fetch(`${url}/health/live`)).rejects.toThrow();
  await expect(coordinator.start()).rejects.toThrow(expect.objectContaining({ code: 'server.stopping' }));
});

it('frees what its tasks hold where it does not start', async () => {
  const config = parseConfig({ port: 0, log: 'silent', openEnrolment: true, host: '0.0.0.0' });
  let closed = 0;
  const evaluator = {
    evaluate: async () => ({}),
    async close() {
      closed += 1;
    },
  };
  await expect(createCoordinator(config, [{ ...lineTask, evaluator }])).rejects.toThrow('openEnrolment');
  expect(closed).toBe(1);
});
