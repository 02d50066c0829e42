import type { Right } from '../access/tokens.ts';
import type { InferenceLimits } from '../server/settings.ts';

/** What is asked of a call before it is read. */
export interface Rule {
  /** The right that it needs; undefined: anybody may make it. */
  readonly right: Right | undefined;
  /** Bytes of all its messages. */
  readonly most: number;
}

const inference = '/inference.GRPCInferenceService/';
const open = ['ServerLive', 'ServerReady'].map(name => inference + name);
const managing = ['RepositoryModelLoad', 'RepositoryModelUnload'].map(name => inference + name);
const health = '/grpc.health.v1.Health/';
/** Bytes of messages that carry no tensors. */
const small = 1 << 20;

/** The rule of a call by its path: as over HTTP, health is open to all, and everything that is not named here needs the right to predict. */
export function ruleOf(path: string, { body }: Pick<InferenceLimits, 'body'>): Rule {
  if (path === `${inference}ModelInfer`) return { right: 'predict', most: body };
  if (managing.includes(path)) return { right: 'manage', most: small };
  const isOpen = path.startsWith(health) || open.includes(path);
  return { right: isOpen ? undefined : 'predict', most: small };
}
