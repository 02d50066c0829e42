import type { AuditLog } from '../../../operators/audit.ts';
import type { Operators } from '../../../operators/operators.ts';
import type { Census } from '../../../population/census.ts';
import type { Convictions } from '../../../population/convictions.ts';
import type { EnrolmentDesk } from '../../../population/enrolment-desk.ts';
import type { Registrar } from '../../../population/registrar.ts';
import type { Turnout } from '../../../population/turnout.ts';
import type { Aliasing } from '../../../promotion/aliasing.ts';
import type { History } from '../../../registry/ports.ts';
import type { VerdictStore } from '../../../registry/verdicts.ts';
import type { AllRounds } from '../../../rounds/all-tasks.ts';
import type { Steering } from '../../../rounds/steering.ts';
import type { SettingsDesk } from '../../../task/settings-desk.ts';
import type { AlertWatch } from '../../../telemetry/alerts/watch.ts';
import type { Webhooks } from '../../../telemetry/alerts/webhooks/webhooks.ts';
import type { HourlyCounter } from '../../../telemetry/hourly-counter.ts';
import type { Overviews } from '../../../telemetry/overview.ts';
import type { App } from '../../app.ts';
import type { OperatorDoor } from '../../operator-door.ts';
import { alertRoutes } from './alerts.ts';
import { auditRoutes } from './audit.ts';
import { deviceRoutes } from './devices.ts';
import { enrolmentTokenRoutes } from './enrolment-tokens.ts';
import { operatorTokenRoutes } from './operator-tokens.ts';
import { overviewRoutes } from './overview.ts';
import { paceRoutes } from './pace.ts';
import { roundRoutes } from './rounds.ts';
import { adminScope } from './scope.ts';
import { securityRoutes } from './security.ts';
import { type SignInBounds, sessionRoutes, signInRoute } from './session.ts';
import { settingsRoutes } from './settings.ts';
import { steeringRoutes } from './tasks.ts';
import { versionRoutes } from './versions.ts';

/** What the admin API works with. */
export interface Administration {
  readonly operators: Operators;
  readonly door: OperatorDoor;
  readonly bounds: SignInBounds;
  readonly audit: AuditLog;
  readonly desk: EnrolmentDesk;
  readonly registrar: Registrar;
  readonly steering: Steering;
  readonly tasks: AllRounds;
  readonly history: History;
  readonly verdicts: Pick<VerdictStore, 'of'>;
  readonly aliasing: Aliasing;
  readonly settings: SettingsDesk;
  readonly overviews: Overviews;
  readonly hourly: HourlyCounter;
  readonly alerts: AlertWatch;
  readonly webhooks: Webhooks;
  readonly census: Census;
  readonly turnout: Turnout;
  readonly convictions: Convictions;
}

/** The admin API: what operators see and do, each route by its least role. */
export async function adminRoutes(app: App, administration: Administration): Promise<void> {
  const { operators, door, bounds, audit, desk, registrar, steering, tasks, history, hourly, alerts } =
    administration;
  signInRoute(app, door, bounds);
  await adminScope(app, operators, door, scope => {
    sessionRoutes(scope, door);
    operatorTokenRoutes(scope, operators);
    enrolmentTokenRoutes(scope, operators, desk, registrar);
    deviceRoutes(scope, operators, registrar, administration.convictions);
    steeringRoutes(scope, operators, steering);
    auditRoutes(scope, audit);
    overviewRoutes(scope, administration);
    roundRoutes(scope, tasks, history);
    versionRoutes(scope, operators, administration);
    settingsRoutes(scope, operators, administration.settings);
    securityRoutes(scope, tasks, hourly);
    alertRoutes(scope, alerts, administration.webhooks);
    paceRoutes(scope, tasks, administration.turnout);
  });
}
