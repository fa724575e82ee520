/** What both OSCAL documents are made of: ids that depend on content alone, properties, observations, metadata. */
import { createHash } from 'node:crypto';
import { isoTime } from '../../core/index.ts';
import type { ListedMeasure } from '../catalogue/catalogue.ts';
import type { Claim } from '../claim.ts';
import { nameEnvironment } from '../environment.ts';
import type { Posture } from '../evaluate.ts';
import type { Standing } from '../standing.ts';

/** The version of OSCAL that is written. */
export const OSCAL_VERSION = '1.2.1';
/** The namespace of our properties. */
export const OSCAL_NS = 'https://sallyport.invalid/ns/posture';

/** A JSON value of a document. */
export type OscalJson =
  string | number | boolean | readonly OscalJson[] | { readonly [key: string]: OscalJson };
/** An object of a document. */
export type OscalObject = Readonly<Record<string, OscalJson>>;

const NAMESPACE = Buffer.from('6f0d1f3c7b2e5d409a1ce4b82f6a90d7', 'hex');

/** A version 5 UUID (RFC 9562) from names: the same content has the same id in every export. */
export function uuidOf(...names: readonly string[]): string {
  const hash = createHash('sha1').update(NAMESPACE).update(names.join('\n')).digest();
  hash[6] = (hash[6]! & 0x0f) | 0x50;
  hash[8] = (hash[8]! & 0x3f) | 0x80;
  const hex = hash.toString('hex').slice(0, 32);
  return [8, 12, 16, 20, 32]
    .map((end, index) => hex.slice([0, 8, 12, 16, 20][index], end))
    .join('-');
}

/** A string of one line without blanks at its ends, as OSCAL's strings must be. */
export function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim() || '-';
}

/** A property in our namespace. */
export function prop(name: string, value: string): OscalObject {
  return { name, ns: OSCAL_NS, value: oneLine(value) };
}

/** A measure's id as an OSCAL token; the SL5 standard's controls keep NIST's ids. */
export function tokenOf(measure: ListedMeasure): string {
  const oscal = measure.refs['oscal'];
  return (
    oscal ??
    measure.id
      .toLowerCase()
      .replace(/[^a-z0-9._-]+/g, '.')
      .replace(/\.+$/, '')
  );
}

/** The organisation as a party. */
export function partyUuid(posture: Posture): string {
  return uuidOf('party', posture.assessment.head.organisation);
}

/** The program as a tool. */
export const TOOL_UUID = uuidOf('tool', 'sallyport posture');

/** The head of a document. */
export function metadata(posture: Posture, title: string): OscalObject {
  const { head, catalogue } = posture.assessment;
  return {
    title: oneLine(title),
    'last-modified': isoTime(posture.atMs),
    version: isoTime(posture.atMs),
    'oscal-version': OSCAL_VERSION,
    parties: [{ uuid: partyUuid(posture), type: 'organization', name: oneLine(head.organisation) }],
    props: catalogue.frameworks.map((each) =>
      prop('framework', `${each.id} ${each.version} data ${String(each.dataVersion)}`),
    ),
    remarks: catalogue.frameworks.map((each) => `${each.title}: ${each.standing}.`).join('\n\n'),
  };
}

const METHODS = { claim: 'EXAMINE', said: 'INTERVIEW', machine: 'TEST' } as const;

/** The id of the observation that a standing's claim makes. */
function claimUuid(standing: Standing): string {
  const { claim } = standing;
  return uuidOf(
    'claim',
    standing.environment,
    standing.measure,
    claim === null
      ? ''
      : [claim.owner, claim.status, claim.receivedMs, claim.effectiveMs].join(' '),
  );
}

/** A reference that OSCAL takes: ASCII, with everything that a path may not hold escaped. */
function hrefOf({ link, file }: Claim['evidence'][number]): string | undefined {
  if (link !== undefined) return new URL(link).href;
  return file?.split('/').map(encodeURIComponent).join('/');
}

function observeClaim(posture: Posture, standing: Standing): readonly OscalObject[] {
  const { claim } = standing;
  if (claim === null) return [];
  const documents = claim.evidence.some((each) => (each.file ?? each.link) !== undefined);
  const evidence = claim.evidence.map((each): OscalObject => {
    const href = hrefOf(each);
    const digest = each.sha256 === undefined ? {} : { props: [prop('sha256', each.sha256)] };
    return { ...(href === undefined ? {} : { href }), description: each.what, ...digest };
  });
  return [
    {
      uuid: claimUuid(standing),
      description:
        claim.reason ?? `${claim.owner} says that ${standing.measure} is ${claim.status}`,
      props: [
        prop('owner', claim.owner),
        prop('claimed-status', claim.status),
        prop('effective', isoTime(claim.effectiveMs)),
      ],
      methods: [documents ? METHODS.claim : METHODS.said],
      types: ['control-objective'],
      origins: [{ actors: [{ type: 'party', 'actor-uuid': partyUuid(posture) }] }],
      ...(evidence.length === 0 ? {} : { 'relevant-evidence': evidence }),
      collected: isoTime(claim.receivedMs),
      expires: isoTime(claim.expiresMs),
    },
  ];
}

/** Every observation behind a standing: the claim and what the gate showed. */
export function observe(posture: Posture, standing: Standing): readonly OscalObject[] {
  return [
    ...observeClaim(posture, standing),
    ...standing.shown.map((each): OscalObject => ({
      uuid: uuidOf('shown', standing.environment, each.measure, each.collector, isoTime(each.atMs)),
      description: each.sentence,
      props: [prop('collector', each.collector), prop('verdict', each.verdict)],
      methods: [METHODS.machine],
      types: ['control-objective'],
      origins: [{ actors: [{ type: 'tool', 'actor-uuid': TOOL_UUID }] }],
      collected: isoTime(each.atMs),
      expires: isoTime(each.expiresMs),
    })),
  ];
}

/** A sentence that names a measure and where it stands. */
export function describeStanding(measure: ListedMeasure, standing: Standing): string {
  const why = standing.why === null ? '' : `: ${standing.why}`;
  return `${measure.id} in ${nameEnvironment(standing.environment)} is ${standing.status}${why}`;
}
