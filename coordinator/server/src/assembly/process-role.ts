/** What part of a coordinator a process is. */
export const processRoles = ['all', 'front', 'cell'] as const;
