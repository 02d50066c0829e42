import type { AuditAction, FieldChange } from '@murmuration/api/audit';
import { includes, type Role } from '@murmuration/api/role';
import type { TokenState } from '@murmuration/api/token';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { Primitives } from '@murmuration/protocol/primitives/primitives';
import type { RandomBytes } from '@murmuration/protocol/random/random-bytes';
import type { Clock } from '@murmuration/protocol/time/clock';
import type { Page } from '../paging/paging.ts';
import { isValid, mintToken, proves, stateOf, tokenId } from '../tokens/secret-token.ts';
import type { AuditEntry, AuditLog } from './audit.ts';
import type { OperatorToken, OperatorTokenStore } from './operator-token.ts';

/** Operator whose token was found valid. */
export type Operator = Pick<OperatorToken, 'id' | 'name' | 'role'>;

/** Terms of a new token. */
export interface OperatorTokenTerms {
  readonly name: string;
  readonly role: Role;
  readonly expiresAt: number | null;
}

/** Authenticates operators by their tokens, and audits their actions. */
export class Operators {
  readonly #tokens: OperatorTokenStore;
  readonly #audit: AuditLog;
  readonly #heard: (entry: AuditEntry) => void;
  readonly #ports: { readonly primitives: Primitives; readonly clock: Clock; readonly random: RandomBytes };

  /** Takes `heard`, called with each entry written to the audit log. */
  constructor(
    tokens: OperatorTokenStore,
    audit: AuditLog,
    ports: { readonly primitives: Primitives; readonly clock: Clock; readonly random: RandomBytes },
    heard: (entry: AuditEntry) => void = () => {},
  ) {
    this.#heard = heard;
    this.#tokens = tokens;
    this.#audit = audit;
    this.#ports = ports;
  }

  /**
   * Returns the operator of a token. The token is looked up each time, so that it is valid from its creation
   * to its revocation. Throws `operator.unauthenticated` for any invalid token.
   */
  async authenticate(text: string): Promise<Operator> {
    const id = tokenId('operator', text);
    const token = id === undefined ? undefined : await this.#tokens.get(id);
    if (!proves(text, token, this.#ports.primitives) || !isValid(token!, this.#ports.clock.now()))
      throw new MurmurationError('operator.unauthenticated');
    const { name, role } = token!;
    return { id: token!.id, name, role };
  }

  /** Returns the operator of a token's id; undefined without a valid token. */
  async find(id: string): Promise<Operator | undefined> {
    const token = await this.#tokens.get(id);
    return token && isValid(token, this.#ports.clock.now())
      ? { id: token.id, name: token.name, role: token.role }
      : undefined;
  }

  /** Throws `operator.forbidden` if the role of `operator` does not include `least`. */
  require(operator: Operator, least: Role): void {
    if (!includes(operator.role, least))
      throw new MurmurationError(
        'operator.forbidden',
        `This needs the role ${least}; the token is one of a ${operator.role}.`,
      );
  }

  /** Creates a token; `text` is its only copy in plain text. */
  async create({
    name,
    role,
    expiresAt,
  }: OperatorTokenTerms): Promise<{ token: OperatorToken; text: string }> {
    const { text, proof } = mintToken('operator', this.#ports.random, this.#ports.primitives);
    const token: OperatorToken = {
      ...proof,
      name,
      role,
      createdAt: this.#ports.clock.now(),
      expiresAt,
      revokedAt: null,
    };
    await this.#tokens.add(token);
    return { token, text };
  }

  list(page: Page): Promise<readonly OperatorToken[]> {
    return this.#tokens.list(page);
  }

  /** True if any operator token is valid. */
  anyValid(): Promise<boolean> {
    return this.#tokens.anyValid(this.#ports.clock.now());
  }

  stateOf(token: OperatorToken): TokenState {
    return stateOf(token, this.#ports.clock.now());
  }

  /** Revokes a token and returns it; undefined if no token of this id can be revoked. */
  async revoke(id: string): Promise<OperatorToken | undefined> {
    return (await this.#tokens.revoke(id, this.#ports.clock.now())) ? this.#tokens.get(id) : undefined;
  }

  /**
   * Runs an operator's action with entries in the audit log. The first entry is written before the action,
   * which doesn't run if that fails; the outcome is written before this resolves. `subject` is the action's
   * subject, or a function of the result if the action creates it. `changes` is called once the action has
   * ended. Throws `storage.*` and errors of `work`.
   */
  async audited<Result>(
    { id, name }: AuditEntry['actor'],
    action: AuditAction,
    subject: string | ((result: Result) => string),
    work: () => Promise<Result>,
    changes: () => readonly FieldChange[] | null = () => null,
  ): Promise<Result> {
    const named = typeof subject === 'string' ? subject : '';
    const entryOf = (outcome: AuditEntry['outcome'], to: string, changed: AuditEntry['changes']) => ({
      time: this.#ports.clock.now(),
      actor: { id, name },
      action,
      subject: to,
      outcome,
      changes: changed,
    });
    const begun = await this.#audit.append(entryOf('begun', named, null));
    const record = async (outcome: AuditEntry['outcome'], to: string) => {
      const entry = entryOf(outcome, to, changes());
      await this.#audit.append(entry, begun);
      this.#heard(entry);
    };
    let result: Result;
    try {
      result = await work();
    } catch (error) {
      await record(error instanceof MurmurationError ? error.code : 'server.internal', named);
      throw error;
    }
    await record('done', typeof subject === 'string' ? subject : subject(result));
    return result;
  }
}
