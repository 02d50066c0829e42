import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { FastifyInstance } from 'fastify';
import { type DoorPorts, openDoor } from '../http/door.ts';
import { mlflowRoutes } from '../mlflow/routes.ts';
import { oipRoutes } from '../oip/routes.ts';
import { tfServingRoutes } from '../tf-serving/routes.ts';

/** Registers the routes of all HTTP protocols. */
export function openDoors(app: FastifyInstance, ports: DoorPorts): void {
  openDoor(app, ports, scope => {
    oipRoutes(scope, ports);
    tfServingRoutes(scope, ports);
    mlflowRoutes(scope, ports);
  });
}

/** Answers unknown addresses with `request.not-found`. */
export function nothingElse(scope: FastifyInstance): void {
  scope.setNotFoundHandler(() => {
    throw new MurmurationError(
      'request.not-found',
      'There is nothing at this address; GET /v2/models lists the models.',
    );
  });
}
