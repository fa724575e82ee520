import assert from 'node:assert/strict';
import { test } from 'node:test';
import { renderSarif } from './sarif.ts';

test('a path is a reference by which its file is found, whatever its name has', () => {
  const path = 'd/with space%20ü#?:.txt';
  const finding = { code: 'X', severity: 'hold', place: 'p', sentence: 's' } as const;
  const result = { path, bytes: 1, type: 'text', findings: [finding], forms: [] } as const;
  const log = JSON.parse(renderSarif([{ ...result, verdict: 'inconclusive' }], '1')) as {
    runs: {
      artifacts: { location: { uri: string } }[];
      results: {
        locations: { physicalLocation: { artifactLocation: { uri: string } } }[];
      }[];
    }[];
  };
  const [run] = log.runs;
  const uris = [
    run?.artifacts[0]?.location.uri,
    run?.results[0]?.locations[0]?.physicalLocation.artifactLocation.uri,
  ];
  for (const uri of uris) {
    assert.equal(uri, 'd/with%20space%2520%C3%BC%23%3F%3A.txt');
    const url = new URL(uri, 'file:///root/');
    assert.deepEqual([url.hash, url.search], ['', '']);
    assert.equal(decodeURIComponent(url.pathname), `/root/${path}`);
  }
});
