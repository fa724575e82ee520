/** Addresses of the console: what stands after `#`. It never reaches the gate’s logs. */

/** An address taken apart. */
export interface Place {
  readonly path: readonly string[];
  readonly query: URLSearchParams;
  readonly text: string;
}

/** Reads an address such as `#/requests/req_1?file=2`. */
export function readPlace(hash: string): Place {
  const text = hash.startsWith('#/') ? hash.slice(2) : '';
  const [path = '', query = ''] = text.split('?', 2);
  const decode = (part: string): string => {
    try {
      return decodeURIComponent(part);
    } catch {
      return part;
    }
  };
  return {
    path: path
      .split('/')
      .filter((part) => part !== '')
      .map(decode),
    query: new URLSearchParams(query),
    text,
  };
}

/** Writes an address. */
export function link(
  path: readonly string[],
  query: Readonly<Record<string, string | null | undefined>> = {},
): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value) params.set(name, value);
  const text = params.toString();
  return `#/${path.map(encodeURIComponent).join('/')}${text === '' ? '' : `?${text}`}`;
}
