/** Roles of operators, each with more rights: view; control tasks and devices; manage operators. */
export const roles = ['viewer', 'operator', 'admin'] as const;
export type Role = (typeof roles)[number];

/** True if a role includes another one. */
export function includes(role: Role, least: Role): boolean {
  return roles.indexOf(role) >= roles.indexOf(least);
}
