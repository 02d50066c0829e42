import type { Operators } from '@murmuration/rounds/operators/operators';
import type { App } from '../../app.ts';
import type { OperatorAuthenticator } from '../../operator-authenticator.ts';
import { adminScope } from './scope.ts';
import { type SignInBounds, sessionRoutes, signInRoute } from './session.ts';

/** Routes of a part, each with its minimum role. */
type Routes = (scope: App, operators: Operators) => void;

/** Collects routes of the admin API. */
export type AdminRoutes = (routes: Routes) => void;

/** Operators' API, each route with its minimum role. It collects routes until it is opened. */
export class AdminApi {
  readonly #routes: Routes[] = [];

  readonly add: AdminRoutes = routes => {
    this.#routes.push(routes);
  };

  async open(
    app: App,
    operators: Operators,
    authenticator: OperatorAuthenticator,
    bounds: SignInBounds,
  ): Promise<void> {
    signInRoute(app, authenticator, bounds);
    await adminScope(app, operators, authenticator, scope => {
      sessionRoutes(scope, authenticator);
      for (const routes of this.#routes) routes(scope, operators);
    });
  }
}
