/**
 * PyTorch's form since 1.6: a ZIP with one folder that holds `data.pkl`, one member per storage, and a few marks. Every
 * member must be one of these, every storage as long as its reference says.
 */
import type { ByteSource, ZipMember } from '../formats/index.ts';
import type { Finding } from '../inspect/index.ts';
import { find, fromRefusal, placeInside, refused } from './decoded.ts';
import type { Decoded, DecodeInner } from './decoded.ts';
import { describeProblems, makeForms } from './pickle-forms.ts';
import { judgePlainPickle } from './pickle/judge.ts';
import { interpretPickle } from './pickle/machine.ts';
import { storageBytes, TorchStorages } from './torch-storage.ts';

/** Members beside data and storages, and all that may be in them. */
const MARKS: ReadonlyMap<string, RegExp> = new Map([
  ['version', /^\d{1,3}\n?$/],
  ['byteorder', /^(?:little|big)\n?$/],
  ['.format_version', /^\d{1,3}\n?$/],
  ['.storage_alignment', /^\d{1,10}\n?$/],
  ['.data/serialization_id', /^\d{1,64}\n?$/],
]);
const MARK_BYTES_MAX = 65;
const STORAGE = /^data\/\d+$/;

/** The folder of a PyTorch file among the members of a ZIP, or undefined. */
export function findTorchFolder(members: readonly ZipMember[]): string | undefined {
  const data = members.filter(({ name }) => /^(?:[^/]+\/)?data\.pkl$/.test(name));
  const [only] = data;
  if (data.length !== 1 || only === undefined) return undefined;
  const folder = only.name.slice(0, -'data.pkl'.length);
  const has = (name: string): boolean => members.some((member) => member.name === folder + name);
  return has('version') || members.some(({ name }) => name.startsWith(`${folder}data/`))
    ? folder
    : undefined;
}

/** Decodes a PyTorch file whose members have been walked. */
export function decodeTorchZip(
  name: string,
  source: ByteSource,
  members: readonly ZipMember[],
  folder: string,
  decodeInner: DecodeInner,
): Decoded {
  const byName = new Map(members.map((member) => [member.name, member]));
  const isScript = members.some(
    ({ name: each }) => each.startsWith(`${folder}code/`) || each === `${folder}constants.pkl`,
  );
  const type = isScript ? 'torchscript' : 'torch-zip';
  const storages = new TorchStorages();
  const read = readData(byName.get(`${folder}data.pkl`), storages);
  const findings = [...read.findings];
  const isUnread = findings.some(({ severity }) => severity !== 'info');
  if (isScript) findings.push(find('hold', 'TORCH_SCRIPT'));
  const order = readMark(byName.get(`${folder}byteorder`));
  const expected = new Set([`${folder}data.pkl`]);
  for (const [mark, form] of MARKS) {
    const text = readMark(byName.get(folder + mark));
    if (text === undefined) continue;
    if (form.test(text)) expected.add(folder + mark);
    else findings.push(find('hold', 'TORCH_BROKEN', { why: 'a mark says something else' }, mark));
  }
  for (const storage of storages.byKey.values()) {
    const member = byName.get(`${folder}data/${storage.key}`);
    expected.add(`${folder}data/${storage.key}`);
    const opened = member?.open();
    if (opened === undefined || (opened.ok && opened.value.size !== storageBytes(storage))) {
      const why = 'the data of a tensor is missing or has another size than its reference';
      findings.push(find('hold', 'TORCH_BROKEN', { why }, `data/${storage.key}`));
    } else if (!opened.ok) findings.push(fromRefusal(opened));
    else {
      storage.bytes = opened.value;
      storage.bigEndian = order?.startsWith('big') === true;
    }
  }
  for (const member of members) {
    if (expected.has(member.name)) continue;
    // Which storages a pickle refers to that is not read, nobody knows: one is only looked at for what runs code.
    const isStorage = isUnread && STORAGE.test(member.name.slice(folder.length));
    if (!isStorage)
      findings.push(find('hold', 'MEMBER_HIDDEN', { name: member.name }, member.name));
    const opened = member.open();
    if (!opened.ok) {
      findings.push(fromRefusal(opened));
      continue;
    }
    const inside = decodeInner(member.name, opened.value).findings;
    const told = isStorage ? inside.filter(({ severity }) => severity === 'deny') : inside;
    findings.push(...placeInside(member.name, told));
  }
  if (findings.length > 0 || read.value === undefined) return refused(type, ...findings);
  const made = makeForms(name, read.value, source.size);
  if ('finding' in made) return refused(type, made.finding);
  return { type, findings: [], forms: made.forms };
}

function readMark(member: ZipMember | undefined): string | undefined {
  const opened = member?.open();
  if (opened?.ok !== true) return undefined;
  const { value } = opened;
  return Buffer.from(value.read(0, Math.min(MARK_BYTES_MAX, value.size))).toString('latin1');
}

function readData(
  member: ZipMember | undefined,
  storages: TorchStorages,
): {
  readonly findings: readonly Finding[];
  readonly value?: ReturnType<typeof interpretPickle>['value'];
} {
  const opened = member?.open();
  if (opened === undefined) return { findings: [] };
  if (!opened.ok) return { findings: [fromRefusal(opened)] };
  const source = opened.value;
  const judged = judgePlainPickle(source);
  const place = (findings: readonly Finding[]): Finding[] => placeInside('data.pkl', findings);
  const findings = describeProblems(judged.problems);
  if (judged.wrappers > 0 || (judged.outcome === 'stopped' && judged.end !== source.size)) {
    findings.push(find('hold', 'PICKLE_TRAILING', {}, `byte ${String(judged.end)}`));
  }
  if (findings.length > 0) return { findings: place(findings) };
  const read = interpretPickle(source, 0, { load: (id) => storages.load(id) });
  return { findings: place(describeProblems(read.problems)), value: read.value };
}
