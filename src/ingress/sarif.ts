/** Scan results as a SARIF 2.1.0 log, for tools that collect findings. */
import type { Severity } from '../inspect/index.ts';
import type { ScanResult } from './scan-pool.ts';

const LEVELS: Readonly<Record<Severity, 'note' | 'warning' | 'error'>> = {
  info: 'note',
  hold: 'warning',
  deny: 'error',
};

/** A path as a reference of RFC 3986: every segment is encoded by itself, and a lone surrogate is no text. */
const toUri = (path: string): string =>
  path
    .split('/')
    .map((part) => encodeURIComponent(part.toWellFormed()))
    .join('/');

/** The log of a scan. `version` is that of this program. */
export function renderSarif(results: readonly ScanResult[], version: string): string {
  const codes = [...new Set(results.flatMap(({ findings }) => findings.map(({ code }) => code)))];
  const log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'sallyport', version, rules: codes.sort().map((id) => ({ id })) } },
        artifacts: results.map(({ path, bytes, type, verdict }) => ({
          location: { uri: toUri(path) },
          length: bytes,
          properties: { type, verdict },
        })),
        results: results.flatMap(({ path, findings }, index) =>
          findings.map(({ code, severity, place, sentence }) => ({
            ruleId: code,
            ruleIndex: codes.indexOf(code),
            level: LEVELS[severity],
            message: { text: `${sentence} (${place})` },
            locations: [
              {
                physicalLocation: { artifactLocation: { uri: toUri(path), index } },
                logicalLocations: [{ fullyQualifiedName: place }],
              },
            ],
          })),
        ),
      },
    ],
  };
  return `${JSON.stringify(log, null, 2)}\n`;
}
