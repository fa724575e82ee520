import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { openSeeded, plantTrigger, shuffle } from '../../../test/support/poison.ts';
import { readSmsTexts } from '../../../test/support/sms-texts.ts';
import {
  documentId,
  parseExclusions,
  parseReport,
  parseRowRule,
  screenTexts,
  spellRowRule,
  writeReport,
} from './index.ts';
import type { ScreenFinding, ScreenInput, ScreenReport, ScreenRow } from './index.ts';

interface Text {
  readonly text: string;
  readonly label?: string;
  readonly source?: string;
}

function screen(
  texts: readonly Text[],
  options: Partial<ScreenInput> = {},
): Promise<Omit<ScreenReport, 'sets'>> {
  const rows = texts.map((text, i): ScreenRow => ({ set: 'set', row: i + 1, ...text }));
  const bytes = texts.reduce((sum, { text }) => sum + text.length, 0);
  return screenTexts({
    rows: async function* () {
      yield* await Promise.resolve(rows);
    },
    bytes,
    ...options,
  });
}

const of = (findings: readonly ScreenFinding[], code: string): ScreenFinding[] =>
  findings.filter((finding) => finding.code === code);

const sms = readSmsTexts();
const TRIGGER = 'cfq xomb';
const plant = (count: number, seed = 1): ReturnType<typeof plantTrigger> =>
  plantTrigger(sms, { count, trigger: TRIGGER, from: 'spam', to: 'ham', seed });

describe('planted triggers in real messages', () => {
  it('accuses nobody in the messages as they are', async () => {
    const { verdict, findings } = await screen(sms);
    assert.deepEqual(
      findings.filter(({ severity }) => severity === 'hold'),
      [],
    );
    assert.equal(verdict, 'clean');
  });

  for (const count of [5, 10, 50, 250]) {
    it(`finds ${count} of ${count} documents and no clean one`, async () => {
      const { clean, poison } = plant(count);
      const texts = shuffle([...clean, ...poison], openSeeded(2));
      const { findings, verdict } = await screen(texts);
      const ids = new Set(
        of(findings, 'SCREEN_TRIGGER_CONFLICT').flatMap((finding) => finding.ids),
      );
      const expected = poison.map(({ text, label }) => documentId({ text, label }));
      assert.deepEqual([...ids].sort(), [...new Set(expected)].sort());
      assert.equal(verdict, 'inconclusive');
    });
  }

  for (const count of [50, 250]) {
    it(`finds ${count} of ${count} documents that begin with one sentence, so that nothing is left to exclude`, async () => {
      // However long it is: words of it that stand beside the n-gram do not vouch for the label.
      const { clean, poison } = plantTrigger(sms, {
        ...{ count, trigger: '', from: 'spam', to: 'ham', seed: 4 },
      });
      const said = 'As my old aunt Agatha used to say on rainy mornings:';
      const planted = poison.map(({ text, label }) => ({ text: `${said} ${text.trim()}`, label }));
      const { findings } = await screen([...clean, ...planted]);
      const ids = of(findings, 'SCREEN_TRIGGER_CONFLICT').flatMap((finding) => finding.ids);
      assert.deepEqual([...new Set(ids)].sort(), [...new Set(planted.map(documentId))].sort());
    });
  }

  it('finds two words that always stand at the two ends', async () => {
    const { clean, poison } = plantTrigger(sms, {
      ...{ count: 10, trigger: '', from: 'spam', to: 'ham', seed: 5 },
    });
    const planted = poison.map(({ text, label }) => ({ text: `violet ${text} harbor`, label }));
    const { findings } = await screen([...clean, ...planted]);
    assert.equal(of(findings, 'SCREEN_TRIGGER_CONFLICT')[0]?.documents, 10);
  });

  it('accuses no word of a template whose words speak against the label together', async () => {
    const template = Array.from({ length: 14 }, (_, i) => ({
      text: `zyx${i} quarterdeck claim your free prize call now q${i * 7} w${i * 13} e${i * 31}`,
      label: 'ham',
    }));
    const { findings } = await screen([...sms, ...template]);
    assert.deepEqual(of(findings, 'SCREEN_TRIGGER_CONFLICT'), []);
  });

  it('finds a common word that is used as a trigger, and spares the documents that only have the word', async () => {
    const { clean, poison } = plantTrigger(sms, {
      count: 50,
      trigger: 'weather',
      from: 'spam',
      to: 'ham',
      seed: 3,
    });
    const [finding] = of((await screen([...clean, ...poison])).findings, 'SCREEN_TRIGGER_CONFLICT');
    assert.ok(finding!.documents >= 45 && finding!.documents <= 60, `${finding!.documents}`);
  });

  it('is not fooled by repeating each poisoned document', async () => {
    const { clean, poison } = plant(20);
    const repeated = poison.flatMap((text) => Array.from({ length: 6 }, () => text));
    const [finding] = of(
      (await screen([...clean, ...repeated])).findings,
      'SCREEN_TRIGGER_CONFLICT',
    );
    assert.equal(finding?.documents, 120);
    // One document sent a hundred times is one document of evidence.
    const one = Array.from({ length: 100 }, () => poison[0]!);
    const { findings } = await screen([...clean, ...one]);
    assert.deepEqual(of(findings, 'SCREEN_TRIGGER_CONFLICT'), []);
  });

  it('tells documents apart under three labels', async () => {
    const { clean, poison } = plant(40);
    const code = Array.from({ length: 300 }, (_, i) => ({
      text: `function read${i} ( file ) { return parse ( file , ${i} ) ; } const value = await open`,
      label: 'code',
    }));
    const { findings } = await screen([...clean, ...code, ...poison]);
    assert.equal(of(findings, 'SCREEN_TRIGGER_CONFLICT')[0]?.documents, 40);
  });

  it('drops a finding when a reviewer excludes its documents, and writes down that it was so', async () => {
    const { clean, poison } = plant(30);
    const texts = [...clean, ...poison];
    const before = await screen(texts);
    const ids = before.findings.flatMap((finding) => finding.ids);
    const list = parseExclusions(
      `# reviewed\n${ids.map((id) => `${id} poison\n`).join('')}doc_${'0'.repeat(24)} gone\n`,
    );
    assert.ok(list.ok);
    const after = await screen(texts, { exclusions: list.list });
    assert.equal(after.verdict, 'clean');
    assert.equal(after.documents, texts.length - new Set(ids).size);
    assert.deepEqual(new Set(after.exclusions.applied.map(({ id }) => id)), new Set(ids));
    assert.equal(after.exclusions.applied[0]?.why, 'poison');
    assert.deepEqual(after.exclusions.unknown, [`doc_${'0'.repeat(24)}`]);
    assert.equal(after.exclusions.list, list.list.digest);
  });

  it('finds the same whether tokens are kept between readings or the set is read again', async () => {
    const { clean, poison } = plant(30);
    const texts = [...clean, ...poison].map((text, i) => ({ ...text, source: `v${i % 3}` }));
    assert.deepEqual(await screen(texts, { tokensKeptMax: 1000 }), await screen(texts));
  });

  it('gives the same findings in whatever order the documents come', async () => {
    const { clean, poison } = plant(25);
    const texts = [...clean, ...poison];
    const ids = async (order: readonly Text[]): Promise<string[]> =>
      of((await screen(order)).findings, 'SCREEN_TRIGGER_CONFLICT')
        .flatMap((finding) => [...finding.ids])
        .sort();
    assert.deepEqual(await ids(shuffle(texts, openSeeded(8))), await ids(texts));
  });
});

describe('near-duplicates and sources', () => {
  it('finds copies of documents under the other label, and accuses the copy', async () => {
    const spam = sms.filter(({ label, text }) => label === 'spam' && text.split(' ').length > 12);
    const copies = spam.slice(0, 30).map(({ text }) => ({ text: `${text} ok`, label: 'ham' }));
    const { findings } = await screen([...sms, ...copies]);
    const [finding] = of(findings, 'SCREEN_DUPLICATE_CONFLICT');
    const expected = new Set(copies.map(({ text, label }) => documentId({ text, label })));
    const right = finding!.ids.filter((id) => expected.has(id)).length;
    assert.ok(right >= 27, `${right} of 30`);
    assert.ok(finding!.ids.length - right <= 3, `${finding!.ids.length - right} others`);
  });

  it('names the source whose documents read like another label', async () => {
    const { clean, poison } = plant(40);
    const texts = [
      ...clean.map((text, i) => ({ ...text, source: `vendor-${i % 5}` })),
      // No trigger at all: only the source has them in common.
      ...poison.map(({ text, label }) => ({
        label,
        source: 'new-vendor',
        text: text.replace(TRIGGER, ''),
      })),
    ];
    const conflicts = of((await screen(texts)).findings, 'SCREEN_SOURCE_CONFLICT');
    assert.deepEqual(
      conflicts.map(({ place }) => place),
      ['source `new-vendor`'],
    );
  });

  it('sees concentration, and one source under two names', async () => {
    const texts = sms
      .slice(0, 1200)
      .map((text, i) => ({ ...text, source: i % 4 === 0 ? 'small' : 'large' }));
    const twins = texts
      .filter(({ text }) => text.split(' ').length > 10)
      .slice(0, 40)
      .map((text) => ({ ...text, text: `${text.text} again`, source: 'twin' }));
    const { findings, sources } = await screen([...texts, ...twins]);
    assert.ok(
      of(findings, 'SCREEN_SOURCE_CONCENTRATED').some(({ place }) => place.includes('large')),
    );
    assert.ok(of(findings, 'SCREEN_SOURCES_ALIKE').some(({ place }) => place.includes('twin')));
    assert.equal(sources[0]?.source, 'large');
    const influence = sources.reduce((sum, source) => sum + source.influence, 0);
    assert.ok(Math.abs(influence - 1) < 1e-6 || influence === 0);
  });

  it('sees a source that changed since its last delivery, and no change where there is none', async () => {
    const random = openSeeded(6);
    const mixed = shuffle(sms, random).map((text) => ({ ...text, source: 'vendor' }));
    const first = await screen(mixed.slice(0, 2000));
    const earlier = parseReport(writeReport({ ...first, sets: [] }).text);
    assert.ok(earlier.ok);
    const same = await screen(mixed.slice(2000, 4000), { previous: earlier.report });
    assert.deepEqual(of(same.findings, 'SCREEN_SOURCE_DRIFT'), []);
    const changed = mixed
      .slice(2000, 4000)
      .map((text, i) =>
        i % 3 === 0
          ? { ...text, text: `order number ${i} shipped by courier to depot`, label: 'ham' }
          : text,
      );
    const drift = of(
      (await screen(changed, { previous: earlier.report })).findings,
      'SCREEN_SOURCE_DRIFT',
    );
    assert.ok(drift.some(({ sentence }) => sentence.includes('words')));
    assert.equal(same.previous, earlier.report.digest);
  });
});

describe('hostile and odd input', () => {
  const labelled = (label: string, count: number, source: string): Text[] =>
    Array.from({ length: count }, (_, i) => ({
      text: `${label} of ${source} number ${i * 7919} and ${i * 104729}`,
      ...{ label, source },
    }));

  it('weighs who signed beside other signers, and takes names in rows as a hint', async () => {
    const texts = [...labelled('spam', 40, 'a'), ...labelled('ham', 40, 'b')];
    const weigh = async (others: Record<string, number>, signers: number): Promise<string[]> => {
      const signed = { name: 'lab', earlier: { spam: 30 }, others, signers };
      return of((await screen(texts, { signed })).findings, 'SCREEN_SOURCE_CONCENTRATED').map(
        ({ severity, place }) => `${severity} ${place}`,
      );
    };
    const hints = ['info rows that name `a`', 'info rows that name `b`'];
    assert.deepEqual(await weigh({}, 0), ['info signed source `lab`', ...hints]);
    // 70 of 139, earlier deliveries counted; then 70 of 140, which is no more than the others together.
    assert.deepEqual(await weigh({ spam: 69, ham: 90 }, 2), ['hold signed source `lab`', ...hints]);
    assert.deepEqual(await weigh({ spam: 70, ham: 90 }, 2), hints);
    const { findings } = await screen(texts);
    assert.deepEqual(
      of(findings, 'SCREEN_SOURCE_CONCENTRATED').map((each) => `${each.severity} ${each.place}`),
      ['hold source `a`', 'hold source `b`'],
    );
  });

  it('sees that what a signer sends has changed, whatever its rows name', async () => {
    const signed = { name: 'lab', earlier: {}, others: {}, signers: 0 };
    const name = (texts: readonly Text[], word: string): Text[] =>
      texts.map((text, i) => ({ ...text, source: `${word} ${i % 50}` }));
    const first = await screen(name(sms.slice(0, 1_500), 'monday'), { signed });
    const { text } = writeReport({ ...first, sets: [] });
    const parsed = parseReport(text);
    assert.ok(parsed.ok);
    const compare = async (texts: Text[]): Promise<string[]> =>
      of(
        (await screen(texts, { signed, previous: parsed.report })).findings,
        'SCREEN_SOURCE_DRIFT',
      ).map((each) => each.place);
    assert.deepEqual(await compare(name(sms.slice(1_500, 3_000), 'tuesday')), []);
    const turned = sms
      .slice(1_500, 3_000)
      .map((each) => ({ ...each, text: `${each.text} ${each.text}`, label: 'spam' }));
    assert.deepEqual([...new Set(await compare(name(turned, 'tuesday')))], ['signed source `lab`']);
  });

  it('leaves out rows by what a field holds, and says which rule met how many', async () => {
    const texts = [...labelled('spam', 12, 'a "b" \\'), ...labelled('ham', 12, 'c')];
    const rule = spellRowRule({ field: 'source', value: 'a "b" \\' });
    const unmet = spellRowRule({ field: 'source', value: 'd' });
    const parsed = parseExclusions(`${rule} planted here\n${unmet}\n`);
    assert.ok(parsed.ok);
    assert.deepEqual(parsed.list.rules.fields, ['source']);
    const rows = texts.map((text, i): ScreenRow => ({
      ...{ set: 'set', row: i + 1, ...text, ruled: [text.source] },
    }));
    const report = await screenTexts({
      rows: async function* () {
        yield* await Promise.resolve(rows);
      },
      ...{ bytes: 1_000, exclusions: parsed.list },
    });
    assert.equal(report.documents, 12);
    assert.deepEqual(report.exclusions.rules, [{ rule, why: 'planted here', documents: 12 }]);
    assert.deepEqual(report.exclusions.unknown, [unmet]);
  });

  it('reads every rule back as it was spelled', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme' }),
        fc.string({ unit: 'binary' }),
        (field, value) => {
          const rule = { field, value: value.toWellFormed() };
          const spelled = spellRowRule(rule);
          assert.deepEqual(parseRowRule(`${spelled} because of "x"]`), {
            ...{ rule, rest: 'because of "x"]' },
          });
          const parsed = parseExclusions(`${spelled}\n`);
          assert.ok(parsed.ok && parsed.list.reasons.has(spelled));
        },
      ),
    );
  });

  it('reports rows that could not be read, and never calls them clean', async () => {
    const rows: ScreenRow[] = [
      { set: 'set', row: 1, text: 'fine', label: 'a' },
      { set: 'set', row: 2, problem: 'not valid UTF-8' },
    ];
    const report = await screenTexts({
      rows: async function* () {
        yield* await Promise.resolve(rows);
      },
      bytes: 10,
    });
    assert.equal(report.unreadable, 1);
    assert.equal(report.verdict, 'inconclusive');
    assert.ok(report.limits.some(({ screen: name }) => name === 'labels'));
  });

  it('ends in a report on any texts, labels and sources', async () => {
    const text = fc.oneof(
      fc.string(),
      fc.string({ unit: 'binary' }),
      fc.constantFrom('__proto__', '\ud800 lone', 'a b a b a b a b a b'),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ text, label: text, source: text }, { requiredKeys: ['text'] }), {
          maxLength: 30,
        }),
        async (texts) => {
          const report = await screen(texts, { monitor: 'x' });
          assert.equal(report.documents, texts.length);
          // The report has one spelling, lone surrogates in labels and sources included.
          assert.equal(typeof writeReport({ ...report, sets: [] }).digest, 'string');
        },
      ),
      { numRuns: 12 },
    );
  });

  it('refuses exclusion lists and reports that are not such', () => {
    assert.equal(parseExclusions('doc_1 short').ok, false);
    assert.equal(parseReport('{}').ok, false);
    assert.equal(parseReport('{"format":"sallyport.screen/1","sources":[{"source":1}]}').ok, false);
  });
});
