import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Quorum, QuorumClause, QuorumVote } from './index.ts';
import {
  RELATIONS,
  checkQuorum,
  judgeQuorum,
  parseQuorum,
  printGroup,
  printQuorum,
} from './index.ts';

describe('quorum rules', () => {
  it('comma and AND are the same, the print is canonical', () => {
    const wanted = '2 of security, 1 of owners(model)';
    for (const text of [
      wanted,
      '2 of security AND 1 of owners(model)',
      '2 of security,1 of owners(model)',
      '  2  of  security ,\n 1 of owners(model) ',
    ]) {
      assert.equal(printQuorum(parseQuorum(text)), wanted);
    }
    assert.deepEqual(parseQuorum('1 of reviewers(project)').clauses, [
      { count: 1, group: 'reviewers', of: 'project' },
    ]);
  });

  it('every fault is named, all at once', () => {
    const cases: readonly (readonly [string, RegExp])[] = [
      ['', /asks for nobody/],
      ['   ', /asks for nobody/],
      ['0 of security', /asks for nobody/],
      ['of security', /form `COUNT of GROUP`/],
      ['security', /form `COUNT of GROUP`/],
      ['2 security', /form `COUNT of GROUP`/],
      ['-1 of security', /form `COUNT of GROUP`/],
      ['1.5 of security', /form `COUNT of GROUP`/],
      ['02 of security', /zeros before/],
      ['99 of security', /more than 16/],
      ['1 of security,', /a clause is empty/],
      ['1 of security, 2 of security', /`security` is there twice/],
      ['1 of owners(model), 1 of owners(model)', /is there twice/],
      ['1 of owners(planet)', /is not one of owners\(model\)/],
      ['1 of ownrs(model)', /is not one of owners\(model\)/],
      ['1 of owners()', /is not one of/],
      ['1 of owners', /needs to say of what/],
      ['1 of Security', /not a group name/],
      ['1 of security or 1 of legal', /form `COUNT of GROUP`/],
      ['1 of security and 1 of legal', /form `COUNT of GROUP`/],
      [`1 of ${'x'.repeat(2_000)}`, /longer than/],
      [Array.from({ length: 9 }, (_, i) => `1 of g${i}`).join(', '), /more than 8 clauses/],
    ];
    for (const [text, wanted] of cases) {
      const result = checkQuorum(text);
      assert.ok(!result.ok, text);
      assert.match(result.message, wanted, text);
      assert.throws(() => parseQuorum(text), wanted);
    }
    const many = checkQuorum('0 of security, 1 of nobody', ['security']);
    assert.ok(!many.ok);
    assert.equal(many.problems.length, 2);
    assert.ok(checkQuorum('1 of security, 1 of owners(project)', ['security']).ok);
  });

  it('print and parse are inverse', () => {
    const group = fc.oneof(
      fc
        .stringMatching(/^[a-z0-9][a-z0-9._-]{0,8}$/)
        .filter((name) => !/^(own|rev)ers?/.test(name)),
      fc.constantFrom(...RELATIONS),
    );
    const rule = fc.uniqueArray(fc.record({ count: fc.integer({ min: 1, max: 16 }), group }), {
      minLength: 1,
      maxLength: 8,
      selector: (each) => each.group,
    });
    fc.assert(
      fc.property(rule, (clauses) => {
        const text = clauses.map((each) => `${each.count} of ${each.group}`).join(', ');
        assert.equal(printQuorum(parseQuorum(text)), text);
      }),
    );
  });
});

interface Case {
  readonly quorum: Quorum;
  readonly members: Readonly<Record<string, readonly string[]>>;
  readonly votes: readonly QuorumVote[];
  readonly excluded: ReadonlySet<string>;
}

const judge = ({ quorum, members, votes, excluded }: Case) =>
  judgeQuorum(quorum, {
    eligible: (clause) => new Set(members[printGroup(clause)] ?? []),
    votes,
    excluded,
  });

const approve = (...people: readonly string[]): QuorumVote[] =>
  people.map((person) => ({ person, vote: 'approve' }));

describe('judging votes', () => {
  const quorum = parseQuorum('2 of security, 1 of owners(model)');
  const members = { security: ['ada', 'bob', 'eve'], 'owners(model)': ['ada', 'olga'] };
  const base = { quorum, members, excluded: new Set<string>() };

  it('one person in two groups counts once', () => {
    const result = judge({ ...base, votes: approve('ada', 'bob') });
    assert.equal(result.state, 'open');
    assert.equal(result.countedFor.size, 2);
    assert.equal(judge({ ...base, votes: approve('ada', 'bob', 'olga') }).state, 'met');
    assert.equal(judge({ ...base, votes: approve('ada', 'bob', 'eve') }).state, 'met');
    assert.equal(judge({ ...base, votes: approve('ada', 'ada', 'ada') }).countedFor.size, 1);
  });

  it('says who is missing, also those whose approval frees another', () => {
    const result = judge({ ...base, votes: approve('ada', 'bob') });
    assert.equal(result.missing.length, 1);
    // Olga fills the owner's seat; Eve lets Ada stand for the owners.
    assert.deepEqual(result.missing[0]?.candidates, ['eve', 'olga']);
  });

  it('a deny wins, excluded people never count, strangers neither', () => {
    const deny: QuorumVote = { person: 'eve', vote: 'deny' };
    const full = approve('ada', 'bob', 'olga');
    assert.equal(judge({ ...base, votes: [...full, deny] }).state, 'denied');
    assert.equal(
      judge({ ...base, votes: [...full, deny], excluded: new Set(['eve']) }).state,
      'met',
    );
    assert.equal(judge({ ...base, votes: full, excluded: new Set(['ada']) }).state, 'open');
    const out = { ...base, excluded: new Set(['ada', 'eve']) };
    assert.equal(judge({ ...out, votes: full }).state, 'impossible');
    const stranger: QuorumVote = { person: 'mallory', vote: 'deny' };
    assert.equal(judge({ ...base, votes: [...full, stranger] }).state, 'met');
    const twice: QuorumVote[] = [...full, { person: 'ada', vote: 'deny' }];
    assert.equal(judge({ ...base, votes: twice }).state, 'denied');
  });

  it('a rule that could not have been parsed lets nobody pass', () => {
    const empty = { ...base, votes: approve('ada') };
    assert.throws(() => judge({ ...empty, quorum: { clauses: [] } }), TypeError);
    for (const count of [0, -1, 0.5, Number.NaN]) {
      const clauses = [{ count, group: 'security', of: null }];
      assert.throws(() => judge({ ...empty, quorum: { clauses } }), TypeError);
    }
  });
});

/** Tries every way to give seats to people. */
function mostSeats(seats: readonly ReadonlySet<string>[], people: readonly string[]): number {
  const [person, ...rest] = people;
  if (person === undefined) return 0;
  let best = mostSeats(seats, rest);
  for (const [i, seat] of seats.entries()) {
    if (!seat.has(person)) continue;
    best = Math.max(best, 1 + mostSeats([...seats.slice(0, i), ...seats.slice(i + 1)], rest));
  }
  return best;
}

describe('against brute force', () => {
  const people = ['a', 'b', 'c', 'd', 'e', 'f'];
  const groups = ['g', 'h', 'owners(model)'];
  const someone = fc.subarray(people);
  const arbitrary = fc.record({
    counts: fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 3, maxLength: 3 }),
    lists: fc.array(someone, { minLength: 3, maxLength: 3 }),
    approvers: someone,
    deniers: fc.oneof({ weight: 4, arbitrary: fc.constant<string[]>([]) }, someone),
    excluded: fc.subarray(people, { maxLength: 2 }),
  });

  it('state, missing seats, candidates and counted approvals agree', () => {
    fc.assert(
      fc.property(arbitrary, ({ counts, lists, approvers, deniers, excluded }) => {
        const text = groups.flatMap((group, i) =>
          counts[i] === 0 ? [] : [`${counts[i]!} of ${group}`],
        );
        fc.pre(text.length > 0);
        const quorum = parseQuorum(text.join(', '));
        const members = Object.fromEntries(groups.map((group, i) => [group, lists[i]!]));
        const out = new Set(excluded);
        const may = (clause: QuorumClause) =>
          new Set((members[printGroup(clause)] ?? []).filter((person) => !out.has(person)));
        const votes: QuorumVote[] = [
          ...approve(...approvers),
          ...deniers.map((person): QuorumVote => ({ person, vote: 'deny' })),
        ];
        const result = judge({ quorum, members, votes, excluded: out });
        const seats = quorum.clauses.flatMap((clause) =>
          Array.from({ length: clause.count }, () => may(clause)),
        );
        const inRule = people.filter((person) => seats.some((seat) => seat.has(person)));
        if (inRule.some((person) => deniers.includes(person))) {
          assert.equal(result.state, 'denied');
          return;
        }
        const counted = inRule.filter((person) => approvers.includes(person));
        const now = mostSeats(seats, counted);
        const best = mostSeats(seats, inRule);
        const wanted = now === seats.length ? 'met' : best === seats.length ? 'open' : 'impossible';
        assert.equal(result.state, wanted);
        assert.equal(result.countedFor.size, now);
        for (const [person, clause] of result.countedFor) {
          assert.ok(counted.includes(person) && may(clause).has(person));
        }
        const missing = result.missing.reduce((sum, each) => sum + each.count, 0);
        assert.equal(missing, seats.length - now);
        const useful = inRule.filter(
          (person) => !counted.includes(person) && mostSeats(seats, [...counted, person]) > now,
        );
        const named = new Set(result.missing.flatMap((each) => each.candidates));
        assert.deepEqual([...named].sort(), useful);
      }),
      { numRuns: 2_000 },
    );
  });
});
