import type { Operators } from '@murmuration/rounds/operators/operators';
import type { App } from '../../app.ts';
import type { OperatorAuthenticator } from '../../operator-authenticator.ts';
import { adminScope } from './scope.ts';
import { type SignInBounds, sessionRoutes, signInRoute } from './session.ts';

/** Routes of a part, each by its least role. */
type Routes = (scope: App, operators: Operators) => void;

/** Takes routes of the admin API. */
export type AdminRoutes = (routes: Routes) => void;

/** What operators see and do, each route by its least role. It takes routes until it is opened. */
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
