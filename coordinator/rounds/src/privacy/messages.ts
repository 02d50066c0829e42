import type { PrivacyStatement, VersionPrivacy as VersionPrivacyMessage } from '@murmuration/api/privacy';
import type { Statement } from '@murmuration/privacy/statements/statement';
import { describeStatement, noiseShare } from '@murmuration/privacy/statements/words';
import type { PrivacyCost } from '../registry/model-version.ts';

export function statementMessage(statement: Statement): PrivacyStatement {
  const { delta, unit, adjacency, released, clip, noiseBy, enforcedBy, notCounted } = statement;
  const { noiseMultiplier, rounds, separation, participations } = statement;
  return {
    epsilon: statement.holds ? statement.epsilon : null,
    delta,
    reason: statement.holds ? null : statement.reason,
    unit,
    adjacency,
    released,
    clip,
    noiseMultiplier: noiseMultiplier ?? null,
    rounds: rounds ?? null,
    separation: separation ?? null,
    participations: participations ?? null,
    noiseBy,
    enforcedBy: [...enforcedBy],
    notCounted: [...notCounted],
    accountant: statement.holds ? statement.accountant : null,
    mu: statement.holds ? statement.mu : null,
    truePositives: statement.holds ? statement.truePositives : null,
    text: describeStatement(statement),
  };
}

export function versionPrivacyMessage({ step, statement, ...norms }: PrivacyCost): VersionPrivacyMessage {
  const { share } = noiseShare([norms]);
  return {
    step,
    statement: statementMessage(statement),
    noiseShare: Number.isFinite(share) ? share : null,
  };
}

/** Returns the public part of a version's privacy. */
export function publicPrivacyMessage({ statement }: PrivacyCost) {
  const { epsilon, delta, text } = statementMessage(statement);
  return { epsilon, delta, text };
}
