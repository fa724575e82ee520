/** Channels in the act of releasing: names, counts, duplicates, timing, destination, refused or released. */
import {
  fromBits,
  groups,
  submit,
  textFile,
  toBits,
  type Channel,
  type Served,
  type Submission,
} from './channel.ts';

const NOTE = textFile('note.txt', 'done\n');
const RELEASES = 24;

const fileNames: Channel = {
  name: 'file-names',
  expected: 'charged',
  payloadBits: 512,
  embed: (payload) => [
    submit(
      ...groups(payload, 32).map((bits, i) =>
        textFile(
          `${String(i).padStart(2, '0')}-${fromBits(bits).toString(36).padStart(7, '0')}.txt`,
          'done\n',
        ),
      ),
    ),
  ],
  extract: (served) => {
    const names = (served[0]?.files ?? []).map((file) => file.name).sort();
    return Array.from({ length: 16 }, (_, i) => {
      const value = parseInt(/-([0-9a-z]{7})/.exec(names[i] ?? '')?.[1] ?? '0', 36);
      return toBits(Math.min(value, 0xffffffff), 32);
    }).flat();
  },
};

const numberOfFiles: Channel = {
  name: 'number-of-files',
  expected: 'charged',
  payloadBits: RELEASES * 4,
  embed: (payload) =>
    groups(payload, 4).map((bits) =>
      submit(
        ...Array.from({ length: fromBits(bits) + 1 }, (_, i) => textFile(`f${i}.txt`, 'done\n')),
      ),
    ),
  extract: (served) =>
    Array.from({ length: RELEASES }, (_, i) =>
      toBits(Math.max(0, Math.min(15, (served[i]?.files.length ?? 1) - 1)), 4),
    ).flat(),
};

const duplicates: Channel = {
  name: 'duplicate-submissions',
  expected: 'charged',
  payloadBits: 32,
  embed: (payload) =>
    payload.flatMap((bit, i) => {
      const once = submit(textFile(`run${i}.txt`, 'done\n'));
      return bit === 1 ? [once, once] : [once];
    }),
  extract: (served) =>
    Array.from({ length: 32 }, (_, i) =>
      served.filter((release) => release.files[0]?.name.endsWith(`run${i}.txt`)).length > 1 ? 1 : 0,
    ),
};

const LEAST_WAIT_SLOTS = 2;

function waiting(value: number): Submission {
  // Every second slot, so that the attacker can tell a wait from the gate's own work.
  return { files: [NOTE], destination: 0, waitSlots: LEAST_WAIT_SLOTS + 2 * value };
}

const timing: Channel = {
  name: 'release-timing',
  expected: 'charged',
  payloadBits: RELEASES * 4,
  // The first two releases show the decoder the shortest gap.
  embed: (payload) => [
    waiting(0),
    waiting(0),
    ...groups(payload, 4).map((bits) => waiting(fromBits(bits))),
  ],
  extract: (served) => {
    const gaps = served.slice(1).map((release, i) => release.slot - (served[i]?.slot ?? 0));
    const least = gaps[0] ?? 0;
    return Array.from({ length: RELEASES }, (_, i) => {
      const value = Math.round(((gaps[i + 1] ?? least) - least) / 2);
      return toBits(Math.max(0, Math.min(15, value)), 4);
    }).flat();
  },
};

const destination: Channel = {
  name: 'choice-of-destination',
  expected: 'charged',
  payloadBits: RELEASES,
  embed: (payload): Submission[] =>
    payload.map((bit, i) => ({
      files: [textFile(`d${i}.txt`, 'done\n')],
      destination: bit,
      waitSlots: 0,
    })),
  extract: (served: readonly Served[]) =>
    Array.from({ length: RELEASES }, (_, i) => {
      const release = served.find((one) =>
        one.files.some((file) => file.name.endsWith(`d${i}.txt`)),
      );
      return release?.destination ?? 0;
    }),
};

const refusedOrReleased: Channel = {
  name: 'refused-or-released',
  expected: 'charged',
  payloadBits: 32,
  embed: (payload) =>
    payload.map((bit, i) =>
      submit(
        bit === 1
          ? textFile(`r${i}.txt`, 'done\n')
          : { name: `r${i}.txt`, bytes: Uint8Array.of(0x80, 0x02, 0x4e, 0x2e) },
      ),
    ),
  extract: (served) =>
    Array.from({ length: 32 }, (_, i) =>
      served.some((release) => release.files.some((file) => file.name.endsWith(`r${i}.txt`)))
        ? 1
        : 0,
    ),
};

/** Every channel in the act of releasing. */
export const RELEASE_CHANNELS: readonly Channel[] = [
  fileNames,
  numberOfFiles,
  duplicates,
  timing,
  destination,
  refusedOrReleased,
];
