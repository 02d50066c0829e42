import { includes, roles } from '@murmuration/api/role';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { native } from '@murmuration/protocol/primitives/node';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import type { AuditLog } from '@murmuration/rounds/operators/audit';
import { type ConfiguredToken, configured } from '@murmuration/rounds/operators/configured';
import { Operators } from '@murmuration/rounds/operators/operators';
import { mintToken } from '@murmuration/rounds/tokens/secret-token';
import { memoryAudit } from '@murmuration/storage/memory/audit';
import { memoryOperatorTokens } from '@murmuration/storage/memory/tokens';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../../seeded-random.ts';

function open(listed: readonly ConfiguredToken[] = []) {
  const clock = new VirtualClock(1_000);
  const tokens = configured(listed, memoryOperatorTokens());
  const audit = memoryAudit();
  const operators = new Operators(tokens, audit, { primitives: native, clock, random: seededRandom(1) });
  return { clock, tokens, audit, operators };
}

describe('roles', () => {
  it('include themselves and those below', () => {
    const pairs = roles.flatMap(role =>
      roles.filter(least => includes(role, least)).map(least => [role, least]),
    );
    expect(pairs).toEqual([
      ['viewer', 'viewer'],
      ['operator', 'viewer'],
      ['operator', 'operator'],
      ['admin', 'viewer'],
      ['admin', 'operator'],
      ['admin', 'admin'],
    ]);
  });
});

describe('an operator token', () => {
  it('tells whose it is, from its making to its revocation', async () => {
    const { operators, tokens } = open();
    const { token, text } = await operators.create({ name: 'Ada', role: 'operator', expiresAt: null });
    expect(await operators.authenticate(text)).toEqual({ id: token.id, name: 'Ada', role: 'operator' });
    expect(JSON.stringify(await tokens.get(token.id))).not.toContain(text.slice(20));
    expect(await operators.revoke(token.id)).toEqual({ ...token, revokedAt: 1_000 });
    await expect(operators.authenticate(text)).rejects.toMatchObject({ code: 'operator.unauthenticated' });
    expect(await operators.revoke('A'.repeat(16))).toBeUndefined();
  });

  it('counts until it expires', async () => {
    const { operators, clock } = open();
    const { text } = await operators.create({ name: 'Ada', role: 'viewer', expiresAt: 2_000 });
    await clock.advance(999);
    await operators.authenticate(text);
    await clock.advance(1);
    await expect(operators.authenticate(text)).rejects.toMatchObject({ code: 'operator.unauthenticated' });
  });

  it('is refused in the same words, whatever is wrong with it', async () => {
    const { operators } = open();
    const { text } = await operators.create({ name: 'Ada', role: 'viewer', expiresAt: null });
    const other = mintToken('operator', seededRandom(9), native).text;
    const errors = await Promise.all(
      ['', 'x', other, text.slice(0, 20) + other.slice(20), text.replace('mmo', 'mme')].map(wrong =>
        operators.authenticate(wrong).catch(error => error.message),
      ),
    );
    expect(new Set(errors).size).toBe(1);
  });

  it('of the configuration counts as long as it is there', async () => {
    const { text, proof } = mintToken('operator', seededRandom(2), native);
    const sha256 = Buffer.from(proof.digest).toString('hex');
    const listed = { id: proof.id, name: 'CI', role: 'admin', sha256 } as const;
    const { operators, tokens } = open([listed]);
    expect(await operators.authenticate(text)).toMatchObject({ name: 'CI', role: 'admin' });
    expect(await tokens.anyValid(1_000)).toBe(true);
    expect(await operators.revoke(proof.id)).toBeUndefined();
    expect(await open().tokens.anyValid(1_000)).toBe(false);
    await expect(open().operators.authenticate(text)).rejects.toMatchObject({
      code: 'operator.unauthenticated',
    });
  });
});

describe('the audit log', () => {
  const ada = { id: 'a'.repeat(16), name: 'Ada', role: 'admin' } as const;

  it('says who did what to what, when, and that it was done', async () => {
    const { operators, audit } = open();
    const result = await operators.audited(
      ada,
      'operator-token.create',
      ({ id }) => id,
      async () => ({ id: 'made' }),
    );
    expect(result).toEqual({ id: 'made' });
    expect(await audit.list(9, 9)).toEqual([
      {
        number: 2,
        time: 1_000,
        actor: { id: ada.id, name: 'Ada' },
        action: 'operator-token.create',
        subject: 'made',
        outcome: 'done',
        changes: null,
      },
    ]);
  });

  it('says by which code it failed', async () => {
    const { operators, audit } = open();
    const failing = (error: Error) =>
      operators.audited(ada, 'task.pause', 'keyboard', () => Promise.reject(error)).catch(() => {});
    await failing(new MurmurationError('task.unknown'));
    await failing(new Error('A secret path broke.'));
    const entries = await audit.list(9, 9);
    expect(entries.map(({ outcome }) => outcome)).toEqual(['server.internal', 'task.unknown']);
    expect(JSON.stringify(entries)).not.toContain('secret');
  });

  /** Of which so many entries are kept, and then none. */
  function fails(after: number) {
    const { tokens, clock, audit: kept } = open();
    let left = after;
    const audit: AuditLog = {
      ...kept,
      append: async (...entry) => {
        if (left === 0) throw new MurmurationError('storage.failed');
        left -= 1;
        return kept.append(...entry);
      },
    };
    return {
      audit,
      operators: new Operators(tokens, audit, { primitives: native, clock, random: seededRandom(1) }),
    };
  }

  it('is written before anybody hears of what was done', async () => {
    const { operators, audit } = fails(1);
    await expect(
      operators.audited(ada, 'task.pause', 'keyboard', async () => 'paused'),
    ).rejects.toMatchObject({ code: 'storage.failed' });
    expect(await audit.list(9, 9)).toEqual([
      {
        number: 1,
        time: 1_000,
        actor: { id: ada.id, name: 'Ada' },
        action: 'task.pause',
        subject: 'keyboard',
        outcome: 'begun',
        changes: null,
      },
    ]);
  });

  it('is written before anything is done: nothing is where it can’t be', async () => {
    const { operators } = fails(0);
    let isDone = false;
    await expect(
      operators.audited(ada, 'task.pause', 'keyboard', async () => {
        isDone = true;
      }),
    ).rejects.toMatchObject({ code: 'storage.failed' });
    expect(isDone).toBe(false);
  });
});
