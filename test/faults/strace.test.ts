import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hasStrace, runStraceCampaign } from './strace.ts';

test(
  'a file call that fails stops a release or lets it stand, and never spoils anything',
  { skip: hasStrace() ? false : 'strace is not installed or may not trace' },
  async () => {
    // The whole campaign is `node test/faults/strace.ts`; here the last fsync calls and one of each other kind.
    const seen = new Set<string>();
    const report = await runStraceCampaign(({ call, when }) => {
      if (call === 'fdatasync' || call === 'unlink' || call === 'ftruncate') return false;
      if (call === 'fsync') return when === 3;
      const isNew = !seen.has(call);
      seen.add(call);
      return isNew;
    });
    assert.ok(report.injections >= 3);
  },
);
