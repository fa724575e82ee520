import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { VerifyAdmission } from '../monitor/index.ts';
import { trainCommand } from './monitor-train.ts';

describe('training with vouched texts', () => {
  let dir = '';
  before(async () => {
    dir = await mkdtemp(path.join(tmpdir(), 'vouched-'));
    const rows = (kind: string): string =>
      Array.from({ length: 60 }, (_, i) =>
        JSON.stringify({
          text: `${kind} ${i % 2 === 0 ? 'prize' : 'lunch'} ${i}`,
          label: i % 2 === 0 ? 'suspicious' : 'fine',
          source: kind,
        }),
      ).join('\n');
    for (const name of ['learnt', 'vouched']) await writeFile(path.join(dir, name), rows(name));
    await writeFile(path.join(dir, 'statement'), '{}');
  });
  after(() => rm(dir, { recursive: true }));

  it('takes no vouched set of a signer who is also trained on: one bad source would set every threshold', async () => {
    const signers = ['lab', 'lab'];
    const verify: VerifyAdmission = () => {
      const name = signers.shift() ?? '';
      const source = { name, identity: `key of ${name}` };
      return Promise.resolve({ ok: true, source, exclusionsSha256: null });
    };
    const statement = path.join(dir, 'statement');
    const options = {
      ...{ text: 'text', label: 'label', source: 'source', positive: 'suspicious', json: true },
      ...{ partitions: 'source', fpr: '0.2', quorum: '0.5', holdBack: '0.3' },
      vouched: [path.join(dir, 'vouched')],
      admission: [statement, statement],
      out: path.join(dir, 'out.monitor'),
    };
    await assert.rejects(trainCommand([path.join(dir, 'learnt')], options, verify), {
      code: 'MONITOR_VOUCHED_SIGNER',
      message: /its signer `lab` is also a source that is trained on/,
    });
  });
});
