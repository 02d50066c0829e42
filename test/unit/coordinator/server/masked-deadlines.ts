/** Deadlines of masked rounds on a virtual clock: devices gather for a moment, and each phase after that has the time it needs. */
export const maskedDeadlines = {
  gathering: '10 s',
  messages: '60 s',
  updates: '60 s',
  grace: '2 s',
};
