import type { Right } from '../access/tokens.ts';
import type { InferenceLimits } from '../server/settings.ts';

/** Rule of a call, checked before its messages are read. */
interface Rule {
  /** Right that it needs; undefined: none. */
  readonly right: Right | undefined;
  /** Maximum bytes of all its messages. */
  readonly most: number;
}

const inference = '/inference.GRPCInferenceService/';
const open = ['ServerLive', 'ServerReady'].map(name => inference + name);
const managing = ['RepositoryModelLoad', 'RepositoryModelUnload'].map(name => inference + name);
const health = '/grpc.health.v1.Health/';
/** Maximum bytes of messages that carry no tensors. */
const maxControlBytes = 1 << 20;

/**
 * Returns the rule of a call by its path: as over HTTP, health is open to all, and all calls not named here
 * need the right `predict`.
 */
export function ruleOf(path: string, { body }: Pick<InferenceLimits, 'body'>): Rule {
  if (path === `${inference}ModelInfer`) return { right: 'predict', most: body };
  if (managing.includes(path)) return { right: 'manage', most: maxControlBytes };
  const isOpen = path.startsWith(health) || open.includes(path);
  return { right: isOpen ? undefined : 'predict', most: maxControlBytes };
}
