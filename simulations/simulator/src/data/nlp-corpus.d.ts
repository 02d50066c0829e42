declare module 'nlp-corpus/src/sms/smsCorpus.js' {
  const messages: readonly string[];
  export = messages;
}
