/**
 * What a canonical request says, in words, whole, and from the signed text alone. Used wherever people sign, so that a
 * terminal, a browser and a mail cannot tell different stories about one text.
 */
import { sayCount, sayExactDuration } from '../core/index.ts';
import type { Json, JsonObject } from '../core/index.ts';
import { sayChange } from '../people/index.ts';
import { stepsOf } from './change-steps.ts';
import { policyOf } from './policy-text.ts';
import type { Subject } from './subject.ts';

/** One thing that is signed: its name and what it is, each line whole. Values come from people: show them safely. */
export interface SubjectPart {
  readonly label: string;
  readonly lines: readonly string[];
}

/** Members whose milliseconds are a moment; all others are how long something lasts. */
const MOMENT = /(^at|At|ed|until|Until)Ms$/;

/** `approvedBy` and `approved_by` as `approved by`. */
function sayName(name: string): string {
  return name
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replaceAll(/[_-]+/g, ' ')
    .toLowerCase();
}

function sayScalar(name: string, value: string | number | boolean | null): string {
  if (value === null) return 'none';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'string') return value === '' ? 'nothing' : value;
  if (MOMENT.test(name)) return new Date(value).toISOString();
  if (name.endsWith('Ms')) return sayExactDuration(value);
  if (/[bB]its/.test(name)) return sayCount(value, 'bit');
  if (/[bB]ytes/.test(name)) return sayCount(value, 'byte');
  return value.toLocaleString('en-US');
}

/** Any JSON as indented lines; nothing is left out, so that a kind without words of its own is still shown whole. */
function sayJson(name: string, value: Json): readonly string[] {
  if (value === null || typeof value !== 'object') return [sayScalar(name, value)];
  if (Array.isArray(value)) {
    const list = value as readonly Json[];
    if (list.length === 0) return ['none'];
    return list.flatMap((each) => {
      const [first = '', ...rest] = sayJson(name, each);
      return [`- ${first}`, ...rest.map((line) => `  ${line}`)];
    });
  }
  const entries = Object.entries(value as JsonObject);
  if (entries.length === 0) return ['nothing'];
  return entries.flatMap(([key, each]) => {
    const lines = sayJson(key, each);
    const plain = each === null || typeof each !== 'object';
    return plain
      ? [`${sayName(key)}: ${lines[0] ?? ''}`]
      : [`${sayName(key)}:`, ...lines.map((line) => `  ${line}`)];
  });
}

function sayDocument(name: string, value: Json): SubjectPart {
  return { label: sayName(name), lines: sayJson(name, value) };
}

function objectOf(value: Json | undefined): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as JsonObject)
    : {};
}

function textOf(value: Json | undefined): string {
  if (value === undefined || value === null) return 'unknown';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function countOf(value: Json | undefined, one: string): string {
  return typeof value === 'number' ? sayCount(value, one) : textOf(value);
}

type Say = (facts: JsonObject, subject: Subject) => readonly SubjectPart[];

function sayFiles(files: Json | undefined): readonly string[] {
  if (!Array.isArray(files)) return [];
  return files.map((each: Json) => {
    const { name, type, form, bytes, sha256 } = objectOf(each);
    const lossy = form === null || form === undefined ? '' : `, form ${textOf(form)}`;
    return `${textOf(name)} (${textOf(type)}${lossy}, ${countOf(bytes, 'byte')}, sha256 ${textOf(sha256)})`;
  });
}

const sayExport: Say = ({ files, findings, form, bodySha256, historyPrefix, ...rest }) => [
  { label: 'files', lines: sayFiles(files) },
  ...(form === null || form === undefined
    ? []
    : [{ label: 'form', lines: [`${textOf(form)}, which loses something`] }]),
  {
    label: 'findings',
    lines: Array.isArray(findings) && findings.length > 0 ? findings.map(textOf) : ['none'],
  },
  {
    label: 'coded as',
    lines: [
      `a frame whose body has the sha256 ${textOf(bodySha256)}`,
      `priced after ${countOf(historyPrefix, 'earlier release')} to this destination`,
    ],
  },
  ...sayRest(rest),
];

function saySource(source: JsonObject): readonly SubjectPart[] {
  const { id, name, kind, fingerprint, sha256, form, ...rest } = source;
  const { origin, licence, collection, consent, card, ...others } = objectOf(form);
  return [
    {
      label: 'source',
      lines: [
        `${textOf(name)} (${textOf(id)}), a source of the kind ${textOf(kind)}`,
        `its key or person: ${textOf(fingerprint)}`,
        `as registered, sha256 ${textOf(sha256)}`,
      ],
    },
    ...(form === undefined
      ? []
      : [
          { label: 'origin', lines: [textOf(origin)] },
          { label: 'licence', lines: [textOf(licence)] },
          { label: 'collection', lines: [textOf(collection)] },
          { label: 'consent', lines: [`to publish: ${textOf(consent)}`] },
          ...(card === null || card === undefined ? [] : [sayDocument('card', card)]),
          ...sayRest(others),
        ]),
    ...sayRest(rest),
  ];
}

const sayImport: Say = ({ import: held, ...outer }) => {
  const facts = objectOf(held);
  const { source, signed, counts, worst, admissible, forms, formBytes, ...more } = facts;
  const {
    import: id,
    manifestSha256,
    originalsSha256,
    formsSha256,
    rules,
    scanner,
    ...rest
  } = more;
  const { files, bytes, clean, malicious, inconclusive } = objectOf(counts);
  const { by, signer, proofSha256 } = objectOf(signed);
  const proof =
    proofSha256 === null || proofSha256 === undefined
      ? 'by vouching for it'
      : `with a proof of the sha256 ${textOf(proofSha256)}`;
  return [
    {
      label: 'set',
      lines: [
        `import ${textOf(id)}: ${countOf(files, 'file')}, ${countOf(bytes, 'byte')}`,
        `${countOf(clean, 'file')} clean, ${textOf(inconclusive)} inconclusive, ${textOf(malicious)} malicious`,
        `${countOf(admissible, 'file')} to be admitted, as ${countOf(forms, 'safe form')} of ${countOf(formBytes, 'byte')}`,
      ],
    },
    ...saySource(objectOf(source)),
    {
      label: 'signer',
      lines: [
        signed === null ? 'nobody has signed for it' : `${textOf(signer)} (${textOf(by)}) ${proof}`,
      ],
    },
    {
      label: 'worst',
      lines: Array.isArray(worst) && worst.length > 0 ? worst.map(textOf) : ['no finding'],
    },
    {
      label: 'digests',
      lines: [
        `manifest, which names each file and verdict: ${textOf(manifestSha256)}`,
        `originals in their order: ${textOf(originalsSha256)}`,
        `safe forms in their order: ${textOf(formsSha256)}`,
      ],
    },
    {
      label: 'looked at',
      lines: [`by Sallyport ${textOf(scanner)} with the rules ${textOf(rules)}`],
    },
    ...sayRest(rest),
    ...sayRest(outer),
  ];
};

const sayUnlock: Say = ({ lock: held, ...outer }) => {
  const { id, target, by, reason, atMs, liftedMs: _, liftedBy: __, ...rest } = objectOf(held);
  const { kind, id: what } = objectOf(target);
  return [
    { label: 'lifts', lines: [`the lock ${textOf(id)} on the ${textOf(kind)} ${textOf(what)}`] },
    {
      label: 'locked',
      lines: [
        `by ${textOf(by)}${typeof atMs === 'number' ? ` at ${new Date(atMs).toISOString()}` : ''}`,
        `because: ${textOf(reason)}`,
      ],
    },
    ...sayRest(rest),
    ...sayRest(outer),
  ];
};

const sayAccess: Say = ({ access, ...outer }, subject) => {
  const { target, what, bits, durationMs, ...rest } = objectOf(access);
  const more = typeof bits === 'number' ? `${sayCount(bits, 'bit')} more in ` : '';
  return [
    {
      label: 'gives',
      lines: [
        `${subject.requester}: ${more}the ${textOf(target)} ${textOf(what)}`,
        `for ${typeof durationMs === 'number' ? sayExactDuration(durationMs) : textOf(durationMs)} from the approval on`,
      ],
    },
    ...sayRest(rest),
    ...sayRest(outer),
  ];
};

const sayShare: Say = ({ share, ...outer }) => {
  const { from, to, until, result, files, ...rest } = objectOf(share);
  const { request, file, ...others } = objectOf(result);
  const owner = `an owner of ${textOf(from)} or security ends it`;
  return [
    {
      label: 'lets read',
      lines: [
        `everybody in the project ${textOf(to)} reads these files of the project ${textOf(from)}, and nothing else of it`,
        until === null ? `until ${owner}` : `until ${textOf(until)}, or until ${owner}`,
      ],
    },
    {
      label: 'result',
      lines: [
        file === null
          ? `all canonical files of the request ${textOf(request)}`
          : `one canonical file of the request ${textOf(request)}`,
      ],
    },
    { label: 'files', lines: sayFiles(files) },
    ...sayRest(others),
    ...sayRest(rest),
    ...sayRest(outer),
  ];
};

const sayWindow: Say = ({ window, ...outer }) => {
  const { job, types, bitsEach, bitsTotal, uses, durationMs, ...rest } = objectOf(window);
  return [
    {
      label: 'opens',
      lines: [
        `a window for ${textOf(job)}: exports without a finding leave with no further approval`,
        `types ${Array.isArray(types) ? types.map(textOf).join(', ') : textOf(types)}`,
        `${countOf(uses, 'use')}, ${countOf(bitsEach, 'bit')} each at most, ${countOf(bitsTotal, 'bit')} in total`,
        `for ${typeof durationMs === 'number' ? sayExactDuration(durationMs) : textOf(durationMs)} from the approval on`,
      ],
    },
    ...sayRest(rest),
    ...sayRest(outer),
  ];
};

const sayPolicy: Say = ({ rosterSha256, steps: _, ...rest }, subject) => [
  { label: 'steps', lines: stepsOf(subject).map(sayChange) },
  ...sayPolicies(policyOf(stepsOf(subject))),
  { label: 'makes', lines: [`the roster with the sha256 ${textOf(rosterSha256)}`] },
  ...sayRest(rest),
];

/** The whole text: what it lets happen is what is signed. */
function sayPolicies(text: string | undefined): readonly SubjectPart[] {
  return text === undefined ? [] : [{ label: 'policies', lines: text.split('\n') }];
}

function sayRest(rest: JsonObject): readonly SubjectPart[] {
  return Object.entries(rest).map(([name, value]) => sayDocument(name, value));
}

const KINDS: Readonly<Record<string, Say>> = {
  export: sayExport,
  import: sayImport,
  unlock: sayUnlock,
  access: sayAccess,
  share: sayShare,
  window: sayWindow,
  policy: sayPolicy,
};

const TIERS = {
  self: 'its requester vouches for it',
  one: 'the ordinary tier',
  quorum: 'the upper tier',
} as const;

/**
 * Everything that a subject says, in the order in which a person asks: what, who, why, how much, until when, under which
 * rules. A kind without words of its own, or a member that its words do not know, is shown as names and values, whole.
 * Throws `REQUEST_INPUT_INVALID` for a change whose steps cannot be read: nobody should sign what cannot be told.
 */
export function saySubject(subject: Subject): readonly SubjectPart[] {
  const { kind, destination, project, requester, sponsor, grantMs, models } = subject;
  const to =
    destination === null ? '' : ` to ${destination.name} (number ${String(destination.number)})`;
  const charge = BigInt(subject.chargeBitsMax);
  const say = KINDS[kind] ?? sayRest;
  return [
    { label: 'what', lines: [`${kind}${to}${project === '' ? '' : `, project ${project}`}`] },
    {
      label: 'who',
      lines: [`${requester}${sponsor === null ? '' : `, for whom ${sponsor} answers`}`],
    },
    { label: 'why', lines: [subject.why] },
    ...(kind === 'export' || charge > 0n
      ? [{ label: 'at most', lines: [sayCount(charge, 'bit')] }]
      : []),
    ...(models.length === 0
      ? []
      : [{ label: 'models', lines: [`in reach: ${models.join(', ')}`] }]),
    ...say(subject.facts, subject),
    ...(grantMs === null ? [] : [{ label: 'lasts', lines: [sayExactDuration(grantMs)] }]),
    {
      label: 'valid',
      lines: [
        `asked at ${subject.askedAt}${subject.writtenAt === undefined ? '' : `, this text made at ${subject.writtenAt}`}; nothing happens under it after ${subject.releaseBy}`,
      ],
    },
    {
      label: 'rules',
      lines: [
        `${TIERS[subject.tier]}, by version ${String(subject.rosterVersion)} of the roster (sha256 ${subject.rosterSha256})`,
        `at gate ${subject.gate}, when its ledger had ${subject.ledgerSize.toLocaleString('en-US')} entries`,
      ],
    },
  ];
}
