/** What people sign for an export that waits for them, and which open window it fits. */
import type { Json } from '../core/index.ts';
import type { Demand, Request, SignedSubject } from '../requests/index.ts';
import { isPlain, tierOf } from './decide.ts';
import { emittedOf } from './export-facts.ts';
import type { ExportFacts } from './export-facts.ts';
import { GAP_BITS_MAX, findNumber, modelsInReach, readExportInput } from './export-reach.ts';
import type { ExportHost } from './export-reach.ts';
import { fitsWindow } from './window.ts';

/** A file as approvals sign it and the sender compares it: what the outer door will store, in the frame's order. */
function signedFiles(facts: ExportFacts): Json {
  return emittedOf(facts).map(({ name, type, form, sha256: digest, bytes }) => ({
    name,
    type,
    form,
    sha256: digest,
    bytes,
  }));
}

const RISK_PER_TIER = { self: 10, one: 40, quorum: 80 } as const;

/** What the approvals of this export must bind, and how risky it is (0 to 100). */
export async function demandApprovals(
  host: ExportHost,
  request: Request,
  facts: ExportFacts,
): Promise<Demand> {
  const number = (await findNumber(host, request)) ?? 0;
  const models = await modelsInReach(host, request);
  const charge = BigInt(facts.chargeBits) + GAP_BITS_MAX;
  const files = facts.files.map((file) => ({ ...file, refusal: file.reason }));
  const findings = facts.files.flatMap((file) =>
    file.findings.filter((each) => each.severity === 'hold'),
  );
  // Every tenfold of the charge counts like two findings.
  const size = Math.min(15, 2 * Math.log10(Math.max(1, facts.chargeBits)));
  const tier = tierOf(facts.reasons, files, request.sponsor !== null);
  const risk = RISK_PER_TIER[tier] + Math.min(5, findings.length) + size;
  return {
    destination: { name: request.destination, number },
    models: models.map((model) => model.id),
    chargeBitsMax: charge,
    grantMs: null,
    risk: Math.min(100, Math.round(risk)),
    facts: {
      files: signedFiles(facts),
      bodySha256: facts.body?.sha256 ?? null,
      historyPrefix: facts.historyPrefix,
      form: readExportInput(request).form,
      findings: [...new Set(findings.map((each) => each.code))].sort(),
    },
  };
}

/** The open window that a plain export fits, with the signatures that opened it; null without one. */
export async function findWindow(
  host: ExportHost,
  request: Request,
  facts: ExportFacts,
): Promise<({ window: string } & SignedSubject) | null> {
  if (!isPlain(facts.reasons)) return null;
  const types = emittedOf(facts).map((file) => file.type);
  const asked = { types, chargeBits: BigInt(facts.chargeBits) + GAP_BITS_MAX };
  const open = await host.windows(request.project);
  const found = open.find((each) => fitsWindow(each.request, request, asked, host.clock.nowMs()));
  if (found === undefined) return null;
  return { window: found.request.id, subject: found.subject, signatures: found.signatures };
}
