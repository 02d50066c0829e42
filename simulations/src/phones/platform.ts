/** What phones of the simulation say that they are. */
export const simulated = 'simulation';
