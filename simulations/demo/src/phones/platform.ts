/** What phones of the simulation say that they are, and no visitor does. */
export const simulated = 'other';
