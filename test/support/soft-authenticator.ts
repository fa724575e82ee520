/** A passkey authenticator in memory: it answers registrations and assertions as a browser with a security key would. */
import type { KeyObject } from 'node:crypto';
import { generateKeyPairSync, sign } from 'node:crypto';
import { isoCBOR } from '@simplewebauthn/server/helpers';
import { concatBytes, sha256Bytes, utf8 } from '../../src/core/index.ts';
import type { PasskeyResponse } from '../../src/people/index.ts';

const UP = 0x01;
const UV = 0x04;
const BACKUP = 0x08 | 0x10;
const ATTESTED = 0x40;
const EXTENSIONS = 0x80;

/** How an answer departs from the usual one. */
export interface Departures {
  readonly userPresent?: boolean;
  readonly userVerified?: boolean;
  readonly crossOrigin?: boolean;
  readonly type?: string;
  /** The whole client data, instead of the canonical one. */
  readonly clientData?: string;
  readonly extensions?: Uint8Array;
  readonly counter?: number;
}

const base64url = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url');

/** One credential of a site. */
export class SoftAuthenticator {
  readonly rpId: string;
  readonly origin: string;
  readonly credentialId = utf8('soft-authenticator');
  readonly #flags: number;
  readonly #key: KeyObject;
  readonly #x: Uint8Array<ArrayBuffer>;
  readonly #y: Uint8Array<ArrayBuffer>;

  constructor(rpId: string, origin: string, deviceBound = true) {
    this.rpId = rpId;
    this.origin = origin;
    this.#flags = deviceBound ? 0 : BACKUP;
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    this.#key = privateKey;
    const { x = '', y = '' } = publicKey.export({ format: 'jwk' });
    this.#x = new Uint8Array(Buffer.from(x, 'base64url'));
    this.#y = new Uint8Array(Buffer.from(y, 'base64url'));
  }

  #clientData(type: string, challenge: Uint8Array, how: Departures): Uint8Array {
    const text =
      how.clientData ??
      `{"type":"${how.type ?? type}","challenge":"${base64url(challenge)}","origin":"${this.origin}","crossOrigin":${how.crossOrigin ?? false}}`;
    return utf8(text);
  }

  #data(how: Departures, more: number, tail: Uint8Array): Uint8Array {
    const flags =
      (how.userPresent === false ? 0 : UP) |
      (how.userVerified === false ? 0 : UV) |
      this.#flags |
      more;
    const counter = Buffer.alloc(4);
    counter.writeUInt32BE(how.counter ?? 0);
    return concatBytes([sha256Bytes(utf8(this.rpId)), Uint8Array.of(flags), counter, tail]);
  }

  /** What `navigator.credentials.create` returns. */
  register(challenge: Uint8Array, how: Departures = {}): PasskeyResponse {
    const cose = isoCBOR.encode(
      new Map<number, number | Uint8Array<ArrayBuffer>>([
        [1, 2],
        [3, -7],
        [-1, 1],
        [-2, this.#x],
        [-3, this.#y],
      ]),
    );
    const length = Uint8Array.of(0, this.credentialId.length);
    const attested = concatBytes([new Uint8Array(16), length, this.credentialId, cose]);
    const authData = new Uint8Array(this.#data(how, ATTESTED, attested));
    const attestation = isoCBOR.encode(
      new Map<string, string | Uint8Array<ArrayBuffer> | Map<string, string>>([
        ['fmt', 'none'],
        ['attStmt', new Map<string, string>()],
        ['authData', authData],
      ]),
    );
    const id = base64url(this.credentialId);
    return {
      id,
      rawId: id,
      type: 'public-key',
      response: {
        clientDataJSON: base64url(this.#clientData('webauthn.create', challenge, how)),
        attestationObject: base64url(attestation),
        transports: ['usb'],
      },
    };
  }

  /** What `navigator.credentials.get` returns. */
  assert(
    challenge: Uint8Array,
    how: Departures = {},
  ): { authenticatorData: Uint8Array; clientDataJSON: Uint8Array; signature: Uint8Array } {
    const clientDataJSON = this.#clientData('webauthn.get', challenge, how);
    const extensions = how.extensions ?? new Uint8Array();
    const more = extensions.length > 0 ? EXTENSIONS : 0;
    const authenticatorData = this.#data(how, more, extensions);
    const signed = concatBytes([authenticatorData, sha256Bytes(clientDataJSON)]);
    const signature = new Uint8Array(sign('sha256', signed, this.#key));
    return { authenticatorData, clientDataJSON, signature };
  }
}
