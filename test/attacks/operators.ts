import type { Role } from '@murmuration/api/role';
import { hex } from '@murmuration/protocol/encoding/bytes';
import { native } from '@murmuration/protocol/primitives/node';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import { mintToken } from '@murmuration/rounds/tokens/secret-token';

const made = {
  viewer: mintToken('operator', systemRandom, native),
  operator: mintToken('operator', systemRandom, native),
  admin: mintToken('operator', systemRandom, native),
};

/** One operator of each role, as the configuration has them. */
export const operatorTokens = Object.entries(made).map(([role, { proof }]) => ({
  id: proof.id,
  name: `the ${role}`,
  role: role as Role,
  sha256: hex(proof.digest),
}));

/** Asks the admin API of a coordinator as the operator of a role. */
export async function askAs(
  role: Role,
  url: string,
  path: string,
  { method = 'GET', body }: { readonly method?: string; readonly body?: unknown } = {},
) {
  const response = await fetch(`${url}/v1/admin${path}`, {
    method,
    headers: {
      authorization: `Bearer ${made[role].text}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: await response.json() };
}

/** The text of the token of a role, for commands. */
export const textOf = (role: Role): string => made[role].text;
