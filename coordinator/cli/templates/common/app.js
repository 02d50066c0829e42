/** Options of each device. Set higher floors for your users: these suit three devices on one machine. */
export const options = {
  url: 'http://127.0.0.1:8800',
  enrolment: 'anybody',
  consent: 'not-needed', // these examples are nobody's: else setConsent(true) once somebody agrees
  floors: {
    masking: 'honest-but-curious',
    smallestCohort: 3,
    smallestSum: 3,
    uploadSlot: 0,
    contributions: { day: Infinity, model: Infinity },
  },
};
