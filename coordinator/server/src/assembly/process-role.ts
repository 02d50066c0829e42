/** Roles that a process can have in a coordinator. */
export const processRoles = ['all', 'front', 'cell'] as const;
