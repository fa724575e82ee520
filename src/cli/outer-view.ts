/** How `sallyport outer …` shows its answers. */
interface Meter {
  readonly burstBits: string;
  readonly bitsPerDay: string;
  readonly lifetimeBits: string | null;
  readonly leftBits: string;
  readonly spentBits: string;
}

interface Status {
  readonly state: string;
  readonly stopped: string | null;
  readonly slot: number;
  readonly plan: { readonly slotMs: number; readonly lagSlots: number };
  readonly framesStored: number;
  readonly key: string;
  readonly meter: Meter;
  readonly destinations: readonly { readonly number: number; readonly name: string }[];
  readonly recipients: readonly { readonly name: string; readonly destination: string }[];
}

interface Release {
  readonly destination: string;
  readonly release: number;
  readonly publishedAt: string;
  readonly chargeBits: string;
  readonly outcome: string;
  readonly files: readonly { readonly name: string; readonly bytes: number }[];
}

function grouped(digits: string | number): string {
  return String(digits).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** The meter in words. */
export function showMeter(value: unknown): string[] {
  const meter = value as Meter;
  const lifetime = meter.lifetimeBits === null ? 'no limit' : `${grouped(meter.lifetimeBits)} bits`;
  return [
    `left now   ${grouped(meter.leftBits)} bits`,
    `at once    ${grouped(meter.burstBits)} bits`,
    `per day    ${grouped(meter.bitsPerDay)} bits`,
    `lifetime   ${lifetime}`,
    `spent      ${grouped(meter.spentBits)} bits`,
  ];
}

/** The whole outer door in a few lines. */
export function showStatus(value: unknown): string[] {
  const status = value as Status;
  const recipientsOf = (name: string): string => {
    const names = status.recipients.filter((each) => each.destination === name);
    return names.length === 0 ? 'no recipients' : names.map((each) => each.name).join(', ');
  };
  return [
    status.stopped === null
      ? `wire       ${status.state}`
      : `wire       STOPPED: ${status.stopped}`,
    `slot       ${grouped(status.slot)} (each ${String(status.plan.slotMs)} ms, published ${String(
      status.plan.lagSlots,
    )} slots later)`,
    `frames     ${grouped(status.framesStored)}`,
    `key        ${status.key}`,
    '',
    'meter',
    ...showMeter(status.meter).map((line) => `  ${line}`),
    '',
    'destinations',
    ...(status.destinations.length === 0 ? ['  none'] : []),
    ...status.destinations.map(
      ({ number, name }) => `  ${String(number)}  ${name}: ${recipientsOf(name)}`,
    ),
  ];
}

/** One line a release, one line a file. */
export function showReleases(value: unknown): string[] {
  const releases = value as readonly Release[];
  if (releases.length === 0) return ['nothing has been released'];
  return releases.flatMap((release) => [
    `${String(release.release)}  ${release.publishedAt}  ${release.destination}  ${grouped(
      release.chargeBits,
    )} bits${release.outcome === 'void' ? '  VOID: it could not be decoded' : ''}`,
    ...release.files.map((file) => `     ${file.name}  ${grouped(file.bytes)} bytes`),
  ]);
}
