import { type Role, roles } from '@murmuration/api/role';
import { openWatch } from '@murmuration/coordinator/assembly/watch';
import { type App, createApp } from '@murmuration/coordinator/http/app';
import { OperatorDoor } from '@murmuration/coordinator/http/operator-door';
import { adminRoutes } from '@murmuration/coordinator/http/routes/admin/admin';
import { Operators } from '@murmuration/coordinator/operators/operators';
import { Sessions } from '@murmuration/coordinator/operators/sessions';
import { Census } from '@murmuration/coordinator/population/census';
import { Convictions } from '@murmuration/coordinator/population/convictions';
import { EnrolmentDesk } from '@murmuration/coordinator/population/enrolment-desk';
import { Population } from '@murmuration/coordinator/population/population';
import { Registrar } from '@murmuration/coordinator/population/registrar';
import { Turnout } from '@murmuration/coordinator/population/turnout';
import { Aliasing } from '@murmuration/coordinator/promotion/aliasing';
import { Readability } from '@murmuration/coordinator/promotion/readability';
import { Steering } from '@murmuration/coordinator/rounds/steering';
import { openStorage } from '@murmuration/coordinator/storage/storage';
import { SettingsDesk } from '@murmuration/coordinator/task/settings-desk';
import { alertsSchema } from '@murmuration/coordinator/telemetry/alerts/settings';
import type { DeviceId } from '@murmuration/protocol/ids';
import { native } from '@murmuration/protocol/primitives/node';
import { seededRandom } from '../../../seeded-random.ts';
import { boundsOf } from '../bounds.ts';
import { type FederationOptions, openFederation } from '../federation.ts';

/** The admin API over the rounds of one task, all in memory, with a token for each role. */
export async function openAdmin(
  options: FederationOptions = {},
  watched: Partial<Parameters<typeof openWatch>[1]> = {},
) {
  const federation = await openFederation(options);
  const { clock, rounds, task, channel } = federation;
  const storage = await openStorage(undefined, clock);
  const secrets = { primitives: native, clock, random: seededRandom(7) };
  const operators = new Operators(storage.operatorTokens, storage.audit, secrets);
  const steering = new Steering(new Map([[task.name as string, rounds]]), storage.pausedTasks, name =>
    federation.events.emit('steered', name),
  );
  const population = new Population(storage.devices, async () => true, native, clock);
  const desk = new EnrolmentDesk(storage.enrolmentTokens, secrets);
  const disconnected: DeviceId[] = [];
  const app = await createApp({ ...boundsOf(federation), cors: ['https://app.example'] });
  const routes: { readonly method: string; readonly url: string; readonly least: Role | undefined }[] = [];
  app.addHook('onRoute', ({ method, url, config }) => {
    for (const each of [method].flat()) routes.push({ method: each, url, least: config?.least });
  });
  const sessions = new Sessions(operators, secrets);
  const bounds = boundsOf(federation);
  const { history, aliases } = federation;
  const aliasing = new Aliasing(aliases, history, federation.events, clock, model =>
    federation.registry.files(model),
  );
  const readability = new Readability(federation.registry, aliasing, federation.events);
  await aliasing.open(task.name);
  const tasks = new Map([[task.name as string, rounds]]);
  const settings = new SettingsDesk(storage.settings, tasks, [task], clock);
  const watchPorts = {
    clock,
    random: secrets.random,
    events: federation.events,
    storage: { ...storage, history },
    enrolled: () => population.size,
    alerts: alertsSchema.parse(undefined),
    disk: null,
    ...watched,
  };
  /** Watches as a coordinator does that begins now. */
  const watchAgain = () => openWatch({ rounds: tasks, aliasing, readability, settings }, watchPorts);
  const watch = await watchAgain();
  const nothing = { withdraw: () => {}, revoke: async () => {}, reinstate: async () => {} };
  const convictions = new Convictions(storage.convictions, nothing, clock, federation.events);
  await adminRoutes(app, {
    ...watch,
    tasks,
    history,
    aliasing,
    settings,
    verdicts: storage.verdicts,
    census: new Census(population, storage.activity, convictions, clock),
    convictions,
    turnout: new Turnout(storage.activity, () => 0, clock, federation.events),
    operators,
    door: new OperatorDoor(operators, sessions, bounds.trustedProxies),
    bounds,
    steering,
    desk,
    audit: storage.audit,
    registrar: new Registrar(storage.devices, storage.activity, population, {
      isConnected: device => channel.connected.has(device),
      drop: async device => rounds.current?.drop(device),
      disconnect: device => void disconnected.push(device),
    }),
  });
  await app.ready();
  const texts = {} as Record<Role, string>;
  for (const role of roles)
    texts[role] = (await operators.create({ name: `the ${role}`, role, expiresAt: null })).text;
  return {
    ...federation,
    app: app as App,
    routes,
    storage,
    watch,
    watchAgain,
    operators,
    population,
    steering,
    disconnected,
    texts,
    /** Asks as an operator of a role, or with any other token; null: without one. */
    async ask(method: string, path: string, by: Role | { readonly token: string } | null, body?: unknown) {
      const token = typeof by === 'string' ? texts[by] : by?.token;
      const response = await app.inject({
        method: method as 'GET',
        url: `/v1/admin${path}`,
        headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
        ...(body === undefined ? {} : { payload: body as object }),
      });
      return {
        status: response.statusCode,
        headers: response.headers,
        body: (response.body === '' ? null : response.json()) as Record<string, never>,
      };
    },
    async close() {
      await watch.close();
      await rounds.stop();
      await app.close();
    },
  };
}

export type Admin = Awaited<ReturnType<typeof openAdmin>>;
