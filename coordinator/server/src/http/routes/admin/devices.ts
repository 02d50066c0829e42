import { type DeviceMessage, device } from '@murmuration/api/device';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { type DeviceId, idPattern } from '@murmuration/protocol/ids/ids';
import type { Clock } from '@murmuration/protocol/time/clock';
import { iso, isoOrNull } from '@murmuration/protocol/time/iso';
import type { Operators } from '@murmuration/rounds/operators/operators';
import type { Convictions } from '@murmuration/rounds/population/convictions';
import type { DeviceRegistry, KnownDevice } from '@murmuration/rounds/population/device-registry';
import type { MarkStore } from '@murmuration/rounds/population/mark';
import * as z from 'zod';
import type { App } from '../../app.ts';
import { problem } from '../../problem.ts';
import { next, nextOf, page, pageOf } from './schemas.ts';
import { operatorOf } from './scope.ts';

const params = z.object({ device: z.string().regex(idPattern) });

/** Adds the routes of the population's devices. */
export function deviceRoutes(
  scope: App,
  operators: Operators,
  deviceRegistry: DeviceRegistry,
  convictions: Convictions,
  marks: MarkStore,
  clock: Clock,
): void {
  const describeAll = async (known: readonly KnownDevice[]): Promise<DeviceMessage[]> => {
    const ids = known.map(([{ id }]) => id);
    const of = await convictions.of(ids);
    const marked = await marks.of(ids);
    return known.map(([{ id, enrolledAt, revokedAt }, activity]) => ({
      device: id,
      enrolledAt: iso(enrolledAt),
      revokedAt: isoOrNull(revokedAt),
      isConnected: deviceRegistry.isConnected(id),
      seenAt: activity ? iso(activity.seenAt) : null,
      platform: activity?.platform || null,
      sdk: activity?.sdk || null,
      convictions: (of.get(id) ?? []).map(({ round, code, time }) => ({ round, code, time: iso(time) })),
      outUntil: isoOrNull(convictions.outUntil(id) ?? null),
      marks: marked
        .filter(({ device }) => device === id)
        .map(({ task, failures, apartUntil, silences, delays }) => ({
          task,
          failures,
          apartUntil: isoOrNull(apartUntil > clock.now() ? apartUntil : null),
          silences,
          delays,
        })),
      tasks: (activity?.tasks ?? []).map(part => ({ ...part, lastAt: iso(part.lastAt) })),
    }));
  };
  const find = async (id: string): Promise<DeviceMessage> => {
    const [found] = await describeAll(await deviceRegistry.show([id as DeviceId]));
    if (!found) throw new MurmurationError('request.not-found', 'There is no device of this id.');
    return found;
  };

  scope.get(
    '/devices',
    {
      config: { least: 'viewer' },
      schema: {
        summary: 'Devices, those first that enrolled last',
        querystring: page.extend({
          search: z
            .string()
            .regex(/^[\w-]{1,64}$/, 'expected the first characters of a device id')
            .optional()
            .describe('Only those whose id begins with this'),
          revoked: z.enum(['true', 'false']).optional().describe('Only those that are revoked, or are not'),
        }),
        response: { 200: z.object({ devices: z.array(device), next }) },
      },
    },
    async ({ query }) => {
      const asked = pageOf(query);
      const found = await deviceRegistry.list(asked, query.revoked && query.revoked === 'true', query.search);
      return {
        devices: await describeAll(found),
        next: nextOf(found, asked, ([{ enrolledAt: time, id }]) => ({ time, id })),
      };
    },
  );

  scope.get(
    '/devices/:device',
    {
      config: { least: 'viewer' },
      schema: { summary: 'One device', params, response: { 200: device, 404: problem } },
    },
    request => find(request.params.device),
  );

  const actRoute = (action: 'revoke' | 'pardon', summary: string, act: (id: DeviceId) => Promise<unknown>) =>
    scope.post(
      `/devices/:device/${action}`,
      {
        config: { least: 'operator' },
        schema: { summary, params, response: { 200: device, 404: problem } },
      },
      async request => {
        const id = request.params.device as DeviceId;
        await operators.audited(operatorOf(request), `device.${action}`, id, async () => {
          await find(id);
          await act(id);
        });
        return find(id);
      },
    );
  actRoute('revoke', 'Take a device out of the population, at once and for good', id =>
    deviceRegistry.revoke(id),
  );
  actRoute(
    'pardon',
    'Forget what a device was convicted of, and take it back where it was revoked for that',
    id => convictions.pardon(id),
  );
}
