/** Assessments for tests: built in memory, with exactly the claims that a test is about. */
import assert from 'node:assert/strict';
import { readAssessment } from '../../src/posture/index.ts';
import type { Assessment, FolderFile, Status } from '../../src/posture/index.ts';
import { sha256 } from '../../src/core/index.ts';

/** A claim in short: everything else is filled in. */
export interface ShortClaim {
  readonly measure: string;
  readonly status: Status;
  readonly environments?: readonly string[];
  readonly received?: string;
  readonly expires?: string;
}

/** The moment at which most tests look. */
export const NOW = Date.parse('2026-12-01T00:00:00Z');

/** A file of a folder. */
export function folderFile(path: string, value: unknown): FolderFile {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return { path, text, bytes: text.length, sha256: sha256(text) };
}

/** A file of claims. */
export function claimsFile(claims: readonly ShortClaim[], path = 'claims.json'): FolderFile {
  return folderFile(path, {
    kind: 'claims',
    defaults: {
      environments: 'all',
      owner: 'tester',
      effective: '2026-01-01',
      received: '2026-01-01',
      expires: '2028-01-01',
    },
    claims: claims.map((claim) => ({
      ...claim,
      evidence: [{ what: 'seen' }],
      ...(claim.status === 'not-applicable' ? { reason: 'there is none' } : {}),
    })),
  });
}

/** The head of an assessment. */
export function headFile(more: Readonly<Record<string, unknown>> = {}): FolderFile {
  return folderFile('assessment.json', {
    kind: 'assessment',
    organisation: 'Test Lab',
    owner: 'tester',
    environments: ['training', 'public-api'],
    ...more,
  });
}

/** Reads an assessment, which must be readable. */
export function assess(...files: readonly FolderFile[]): Assessment {
  const read = readAssessment(files);
  assert.ok(read.ok, read.ok ? '' : read.message);
  return read.assessment;
}
