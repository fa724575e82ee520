/** Content types that a window may be for: by their names on the wire, with what people call them. */
export const ASKED_TYPES: Readonly<Record<string, string>> = {
  table: 'table',
  text: 'text',
  json: 'JSON',
  jsonl: 'JSON lines',
  xml: 'SVG and other XML',
  html: 'HTML',
  raster: 'picture',
};
