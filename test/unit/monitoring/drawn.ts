/** Text of markup, without its elements. */
export const textOf = (markup: string) => markup.replaceAll('<br>', ', ').replaceAll(/<[^>]*>/g, '');

/** Values of an attribute of all elements of a kind, in their order. */
export const attributes = (markup: string, element: string, name: string) =>
  [...markup.matchAll(new RegExp(`<${element}[^>]*? ${name}="([^"]*)"`, 'g'))].map(([, value]) => value);

/** Texts of all elements of a kind, which hold no others. */
export const textsOf = (markup: string, element: string) =>
  [...markup.matchAll(new RegExp(`<${element}[ >][^<]*</${element}>`, 'g'))].map(([text]) => textOf(text));

/** Texts of the table with this caption, row by row. */
export function tableOf(from: string, caption: string): string[][] {
  const [, table] = new RegExp(`aria-label="${caption}"[^>]*><table.*?>(.*?)</table>`, 's').exec(from)!;
  return [...table!.matchAll(/<tr>(.*?)<\/tr>/gs)].map(([, row]) =>
    [...row!.matchAll(/<t[hd].*?>(.*?)<\/t[hd]>/gs)].map(([, cell]) => textOf(cell!)),
  );
}
