import type { AuditLog } from '../../../operators/audit.ts';
import type { Operators } from '../../../operators/operators.ts';
import type { EnrolmentDesk } from '../../../population/enrolment-desk.ts';
import type { Registrar } from '../../../population/registrar.ts';
import type { Steering } from '../../../round/steering.ts';
import type { App } from '../../app.ts';
import type { OperatorDoor } from '../../operator-door.ts';
import { auditRoutes } from './audit.ts';
import { deviceRoutes } from './devices.ts';
import { enrolmentTokenRoutes } from './enrolment-tokens.ts';
import { operatorTokenRoutes } from './operator-tokens.ts';
import { adminScope } from './scope.ts';
import { type SignInBounds, sessionRoutes, signInRoute } from './session.ts';
import { steeringRoutes } from './tasks.ts';

/** What the admin API works with. */
export interface Administration {
  readonly operators: Operators;
  readonly door: OperatorDoor;
  readonly bounds: SignInBounds;
  readonly audit: AuditLog;
  readonly desk: EnrolmentDesk;
  readonly registrar: Registrar;
  readonly steering: Steering;
}

/** The admin API: what operators see and do, each route by its least role. */
export async function adminRoutes(
  app: App,
  { operators, door, bounds, audit, desk, registrar, steering }: Administration,
): Promise<void> {
  signInRoute(app, door, bounds);
  await adminScope(app, operators, door, scope => {
    sessionRoutes(scope, door);
    operatorTokenRoutes(scope, operators);
    enrolmentTokenRoutes(scope, operators, desk);
    deviceRoutes(scope, operators, registrar);
    steeringRoutes(scope, operators, steering);
    auditRoutes(scope, audit);
  });
}
