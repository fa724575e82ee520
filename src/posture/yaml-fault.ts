/** Says what is wrong with a YAML text in one line, in a reader's words and not in the parser's. */
export function sayYamlFault(cause: unknown): string {
  const [line = ''] = (cause instanceof Error ? cause.message : String(cause)).split('\n');
  // The parser recurses; a text that exhausts its stack is one that no person wrote.
  if (/call stack/i.test(line)) return 'it is nested too deeply';
  return line === '' ? 'not YAML' : line;
}
