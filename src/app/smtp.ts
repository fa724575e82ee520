/**
 * Sends one mail by SMTP (RFC 5321), with TLS from the beginning or by STARTTLS (RFC 3207), and a login (RFC 4954) where
 * one is needed. Written here because it is one dialogue of a few lines with a server inside; see
 * docs/decisions/dependencies.md.
 *
 * Guaranteed: a password goes over TLS or not at all; where STARTTLS is wanted nothing is said in plain after the greeting
 * of the server, and what somebody slipped in before TLS is never taken for an answer under it.
 */
import { readFile } from 'node:fs/promises';
import net from 'node:net';
import tls from 'node:tls';
import { appErrors } from './errors.ts';

/** Where and how mail is sent. */
export interface SmtpOptions {
  readonly host: string;
  readonly port: number;
  /** TLS from the first byte. */
  readonly tls: boolean;
  /** TLS after the first words; without it no mail is sent. */
  readonly startTls?: boolean | undefined;
  /** A login; the password is the content of a file. */
  readonly login?: { readonly user: string; readonly passwordPath: string } | undefined;
  /** A PEM file with who vouches for the server, when that is nobody the system knows. */
  readonly caPath?: string | undefined;
}

/** A mail of one text to one or more people. */
export interface Mail {
  readonly from: string;
  readonly to: readonly string[];
  readonly subject: string;
  readonly text: string;
  readonly at: string;
  readonly id: string;
}

const TIMEOUT_MS = 20_000;
const ANSWER_BYTES_MAX = 64 * 1024;
const ADDRESS = /^[\w.+-]{1,64}@[\w.-]{1,253}$/;

function fail(why: string): never {
  throw appErrors.error('MAIL_FAILED', { why });
}

/** A dialogue with a server over a connection: a line, its answer, and so on. */
class Dialogue {
  readonly #socket: net.Socket;
  #text = '';
  #ended: string | undefined;
  #wake: () => void = () => undefined;
  readonly #onData = (chunk: Buffer): void => {
    this.#text += chunk.toString('utf8');
    if (this.#text.length > ANSWER_BYTES_MAX) this.#end('the server says too much');
    this.#wake();
  };

  constructor(socket: net.Socket) {
    this.#socket = socket;
    socket.on('data', this.#onData);
    socket.once('error', (cause) => {
      this.#end(cause.message);
    });
    socket.once('close', () => {
      this.#end('the server hung up');
    });
  }

  /**
   * Sends a line, if any, and returns an answer that begins as wanted; throws what the server says otherwise, by `refused`
   * where it says so for good.
   */
  async expect(code: string, line?: string, refused?: (why: string) => Error): Promise<string> {
    if (line !== undefined) this.#socket.write(`${line}\r\n`);
    const answer = await this.#next();
    if (refused !== undefined && answer.startsWith('5')) throw refused(oneLine(answer));
    if (!answer.startsWith(code)) fail(`the server says \`${oneLine(answer)}\``);
    return answer;
  }

  /** Lets go of the connection, whose next bytes are not ours; throws when some came too early. */
  release(): net.Socket {
    this.#socket.off('data', this.#onData);
    this.#socket.pause();
    if (this.#text !== '') fail('the server said something before TLS that it should say under it');
    return this.#socket;
  }

  async #next(): Promise<string> {
    for (;;) {
      // The last line of an answer has a blank after its code.
      const answer = /^(?:\d{3}-[^\n]*\n)*\d{3}(?: [^\n]*)?\n/.exec(this.#text)?.[0];
      if (answer !== undefined) {
        this.#text = this.#text.slice(answer.length);
        return answer.trim();
      }
      if (this.#ended !== undefined) fail(this.#ended);
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  #end(why: string): void {
    this.#ended ??= why;
    this.#wake();
  }
}

/** How a server that offers `AUTH` wants to be told; PLAIN says it in one line. */
async function logIn(
  dialogue: Dialogue,
  greeting: string,
  { user, passwordPath }: NonNullable<SmtpOptions['login']>,
): Promise<void> {
  const password = (await readFile(passwordPath, 'utf8')).replace(/\r?\n$/, '');
  const offered = /^\d{3}[ -]AUTH (.*)$/im.exec(greeting)?.[1]?.trim().toUpperCase().split(/\s+/);
  const base64 = (text: string): string => Buffer.from(text, 'utf8').toString('base64');
  if (offered?.includes('PLAIN') === true) {
    await dialogue.expect('235', `AUTH PLAIN ${base64(`\0${user}\0${password}`)}`);
  } else if (offered?.includes('LOGIN') === true) {
    await dialogue.expect('334', 'AUTH LOGIN');
    await dialogue.expect('334', base64(user));
    await dialogue.expect('235', base64(password));
  } else fail('the server takes no login that is known here (PLAIN, LOGIN)');
}

const oneLine = (text: string): string => text.replace(/[\r\n\0]+/g, ' ').slice(0, 500);

/** A mail as it goes over the wire; a line that begins with a dot gets another one. */
export function writeMail(mail: Mail): string {
  const date = new Date(mail.at).toUTCString().replace('GMT', '+0000');
  const head = [
    `From: ${oneLine(mail.from)}`,
    'To: undisclosed-recipients:;',
    `Subject: ${oneLine(mail.subject).replace(/[^\x20-\x7e]/g, '?')}`,
    `Date: ${date}`,
    `Message-ID: <${mail.id}>`,
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=utf-8',
    'Content-Transfer-Encoding: 8bit',
    'Auto-Submitted: auto-generated',
  ];
  const body = mail.text.split(/\r?\n/).map((line) => (line.startsWith('.') ? `.${line}` : line));
  return `${[...head, '', ...body].join('\r\n')}\r\n.\r\n`;
}

/** Sends a mail; throws `APP_MAIL_FAILED` with what the server said. */
export async function sendMail(options: SmtpOptions, mail: Mail): Promise<void> {
  const bad = [mail.from, ...mail.to].find((address) => !ADDRESS.test(address));
  if (bad !== undefined) fail(`\`${oneLine(bad)}\` is no address`);
  const sockets: net.Socket[] = [];
  const open = (socket: net.Socket): Dialogue => {
    sockets.push(socket);
    socket.setTimeout(TIMEOUT_MS, () => {
      socket.destroy(new Error('no answer in time'));
    });
    return new Dialogue(socket);
  };
  try {
    const { host, port, startTls = false, login, caPath } = options;
    if (login !== undefined && !options.tls && !startTls)
      fail('a login without TLS would give the password away');
    const secure = {
      servername: net.isIP(host) === 0 ? host : '',
      ...(caPath === undefined ? {} : { ca: await readFile(caPath) }),
    };
    let dialogue = open(
      options.tls ? tls.connect({ host, port, ...secure }) : net.connect({ host, port }),
    );
    await dialogue.expect('2');
    let greeting = await dialogue.expect('2', 'EHLO sallyport');
    if (startTls && !options.tls) {
      if (!/^\d{3}[ -]STARTTLS\s*$/im.test(greeting)) fail('the server offers no STARTTLS');
      await dialogue.expect('220', 'STARTTLS');
      dialogue = open(tls.connect({ socket: dialogue.release(), host, ...secure }));
      greeting = await dialogue.expect('2', 'EHLO sallyport');
    }
    if (login !== undefined) await logIn(dialogue, greeting, login);
    await dialogue.expect('2', `MAIL FROM:<${mail.from}>`);
    for (const to of mail.to)
      await dialogue.expect('2', `RCPT TO:<${to}>`, (why) =>
        appErrors.error('MAIL_REFUSED', { to, why }),
      );
    await dialogue.expect('3', 'DATA');
    sockets.at(-1)?.write(writeMail(mail));
    await dialogue.expect('2');
    sockets.at(-1)?.end('QUIT\r\n');
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && String(cause.code).startsWith('APP_'))
      throw cause;
    fail(cause instanceof Error ? cause.message : String(cause));
  } finally {
    for (const socket of sockets.reverse()) socket.destroy();
  }
}
