/** The one configuration file, `sallyport.json`: its schema, its defaults and where it is looked for. */
import { sayIssue } from '../core/index.ts';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { DEFAULT_EXPORT_POLICY } from '../egress/index.ts';
import { CONTENT_TYPES } from '../wire/index.ts';
import { appErrors } from './errors.ts';

const port = z.number().int().min(0).max(65_535);
/** As Debian's `adduser` takes them. */
const USER_NAME = /^[a-z_][a-z0-9_-]{0,31}$/;
const count = z.number().int().min(1).max(Number.MAX_SAFE_INTEGER);

const tls = z
  .strictObject({
    certPath: z.string().describe('PEM file of the certificate chain'),
    keyPath: z.string().describe('PEM file of its private key'),
  })
  .describe('serve HTTPS instead of HTTP');

const listener = (defaultPort: number) => ({
  host: z.string().min(1).default('127.0.0.1').describe('address to listen on'),
  port: port.default(defaultPort).describe('port to listen on; 0 lets the system choose'),
  tls: tls.optional(),
});

const SCHEMA = z.strictObject({
  $schema: z.string().optional(),
  inner: z
    .strictObject({
      ...listener(7410),
      connectionsPerAddressMax: count
        .default(200)
        .describe('open connections of one address; more where a proxy stands before the door'),
    })
    .prefault({})
    .describe('the inner door'),
  outer: z
    .strictObject({
      ...listener(7411),
      slotMs: count.optional().describe('length of a slot; fixed when the wire is made (100)'),
      lagSlots: count.optional().describe('slots between sending and publication (30)'),
      bytesPerSlot: count.optional().describe('emitted bytes that add one slot of lag (16384)'),
    })
    .prefault({})
    .describe('the outer door'),
  database: z
    .string()
    .optional()
    .describe('postgres://… for PostgreSQL; otherwise SQLite in the data folder'),
  origin: z
    .string()
    .regex(/^[^\s+]{1,200}$/)
    .default('sallyport.local/inner')
    .describe('name under which the ledger signs'),
  ledger: z
    .strictObject({
      witnesses: z
        .array(
          z.strictObject({
            url: z.url({ protocol: /^https?$/ }).describe('where it answers, without the path'),
            vkey: z.string().regex(/^[^\s+]{1,200}\+[0-9a-f]{8}\+[A-Za-z0-9+/]+={0,2}$/),
          }),
        )
        .max(16)
        .default([])
        .describe(
          'witnesses inside, `{url, vkey}` each, that cosign every published checkpoint; `sallyport witness run` is one',
        ),
    })
    .prefault({})
    .describe('the inner ledger'),
  sender: z
    .strictObject({
      automaticBurstBits: count
        .default(4_000_000)
        .describe('bits that may leave at once without a person, until the gate is founded'),
      automaticBitsPerDay: count
        .default(4_000_000)
        .describe('bits a day, likewise; from the founding on the roster says it'),
    })
    .prefault({})
    .describe("the sender's own meter of what no person sees"),
  users: z
    .strictObject({
      gate: z
        .string()
        .regex(USER_NAME)
        .optional()
        .describe('the gate becomes this user once the sender and the outer door have theirs'),
      sender: z
        .string()
        .regex(USER_NAME)
        .default('sallyport-sender')
        .describe('the user of the sender, where there is one of this name'),
      outer: z.string().regex(USER_NAME).default('nobody').describe('the user of the outer door'),
    })
    .prefault({})
    .describe('users of the operating system; they count when the gate is started as root'),
  people: z
    .strictObject({
      origins: z
        .array(z.string().regex(/^https?:\/\/[^/\s]{1,253}$/))
        .max(10)
        .default([])
        .describe('sites of the console on which passkeys sign; the inner door itself by default'),
      webhook: z.url().optional().describe('hears of what waits, without content'),
      smtp: z
        .strictObject({
          host: z.string().min(1),
          port: port.default(25),
          from: z.string().min(3),
          domain: z.string().min(1).describe('people get mail at ID@domain'),
          tls: z.boolean().default(false).describe('TLS from the first byte'),
          startTls: z.boolean().default(false).describe('TLS by STARTTLS, or no mail'),
          login: z
            .strictObject({ user: z.string().min(1).max(200), passwordPath: z.string().min(1) })
            .optional()
            .describe('a login, over TLS only; the password is the content of a file'),
          caPath: z.string().optional().describe('PEM of who vouches for the mail server'),
        })
        .refine(({ tls, startTls, login }) => login === undefined || tls || startTls, {
          message: 'a login needs tls or startTls',
        })
        .optional()
        .describe('mail of what waits, without content and without a link that approves'),
    })
    .prefault({})
    .describe('sign-in and notifications'),
  automatic: z
    .strictObject({
      enabled: z.boolean().default(true),
      bitsPerRelease: count
        .default(Number(DEFAULT_EXPORT_POLICY.automaticBitsMax))
        .describe('largest charge of a release that no person sees'),
      types: z
        .array(z.enum(CONTENT_TYPES))
        .default([...DEFAULT_EXPORT_POLICY.plainTypes])
        .describe('types that nobody has to look at'),
    })
    .prefault({})
    .describe('what leaves without a person; its daily amount is the budget `automatic`'),
  caps: z
    .array(z.enum(['SL3', 'SL4', 'SL5']))
    .default(['SL3', 'SL4', 'SL5'])
    .describe('published caps that are applied to budgets of the enclave and of models'),
  limits: z
    .strictObject({
      filesMax: count.default(10_000),
      fileBytesMax: count.default(210_000_000),
      releaseBytesMax: count.default(256 * 1024 * 1024),
    })
    .prefault({})
    .describe('limits of one release'),
  inspection: z
    .strictObject({
      processes: count.max(64).default(2),
      memoryMiB: count.default(1024),
      jobSeconds: count.default(900),
    })
    .prefault({})
    .describe('the processes that read files'),
  imports: z
    .strictObject({
      workers: z
        .number()
        .int()
        .min(0)
        .max(64)
        .default(2)
        .describe(
          'processes of the gate that decode what enters; 0 leaves it to `sallyport worker`',
        ),
      memoryMiB: count.default(2048).describe('memory of each'),
      fileSeconds: count.default(1800).describe('time for one file'),
      fileBytesMax: count.default(1024 ** 4).describe('largest file'),
      inboxBytesMax: count
        .default(1024 ** 4)
        .describe('bytes that came from inboxes outside and are not imported yet'),
      abandonedDays: count
        .max(3_650)
        .default(14)
        .describe(
          'days without anything arriving after which an unfinished import, or a delivery of an inbox, is given up',
        ),
    })
    .prefault({})
    .describe('the way in'),
  posture: z
    .strictObject({
      folder: z
        .string()
        .min(1)
        .optional()
        .describe('folder of the assessment that the gate serves'),
    })
    .prefault({})
    .describe('how far the organisation is from each security level'),
  outbox: z
    .strictObject({
      enabled: z.boolean().default(true),
      stableMs: count.default(1_000).describe('how long a file must stand still'),
      rescanMs: count.default(2_000),
    })
    .prefault({})
    .describe('the watched folders DATA/outbox/PROJECT/DESTINATION'),
});

/** A complete configuration. */
export type Config = z.infer<typeof SCHEMA>;

/** The configuration as a JSON schema, for editors. */
export function configSchema(): unknown {
  return z.toJSONSchema(SCHEMA, { io: 'input' });
}

/** Reads a configuration from a value; throws with every bad field named. */
export function parseConfig(value: unknown, file: string): Config {
  const parsed = SCHEMA.safeParse(value);
  if (parsed.success) return parsed.data;
  const why = parsed.error.issues.map((issue) => sayIssue(issue, 'file')).join('; ');
  throw appErrors.error('CONFIG_INVALID', { file, why });
}

/** The program's environment, as far as it is used. */
export interface Environment {
  readonly dataDir: string;
  readonly database: string | undefined;
}

/** Reads the environment of a gate. */
export function readEnvironment(env: NodeJS.ProcessEnv = process.env): Environment {
  const set = (name: string): string | undefined => (env[name] === '' ? undefined : env[name]);
  return {
    dataDir: path.resolve(set('SALLYPORT_DATA') ?? '.sallyport'),
    database: set('DATABASE_URL'),
  };
}

/** Finds and reads the configuration: the named file, `sallyport.json` here, or the one in the data folder. */
export function loadConfig(dataDir: string, named?: string): Config {
  const places = [path.resolve('sallyport.json'), path.join(dataDir, 'sallyport.json')];
  const file = named ?? places.find((place) => existsSync(place));
  if (file === undefined) return parseConfig({}, 'the defaults');
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw appErrors.error('CONFIG_UNREADABLE', { file, why });
  }
  return parseConfig(value, file);
}
