/** What a schema found wrong with a value, as part of a sentence. */

/** One problem: where it is and what it is, as the schema library tells them. */
export interface Issue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/** `place: what is wrong`. A pattern or name in the message keeps its letters; `whole` is the place of what is wrong as a whole. */
export function sayIssue({ path, message }: Issue, whole = ''): string {
  const place = path.map(String).join('.') || whole;
  return `${place === '' ? '' : `${place}: `}${message.charAt(0).toLowerCase()}${message.slice(1)}`;
}
