/**
 * Sends one mail by SMTP (RFC 5321) over an optional TLS connection. Written here because it is one dialogue of six
 * lines with a server inside; see docs/decisions/dependencies.md.
 */
import net from 'node:net';
import tls from 'node:tls';
import { appErrors } from './errors.ts';

/** Where and how mail is sent. */
export interface SmtpOptions {
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
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

/** Reads answers of a server, one at a time. */
async function* readAnswers(socket: net.Socket): AsyncGenerator<string, undefined> {
  let text = '';
  for await (const chunk of socket) {
    text += String(chunk);
    if (text.length > ANSWER_BYTES_MAX) fail('the server says too much');
    for (;;) {
      // The last line of an answer has a blank after its code.
      const answer = /^(?:\d{3}-[^\n]*\n)*\d{3} [^\n]*\n/.exec(text)?.[0];
      if (answer === undefined) break;
      text = text.slice(answer.length);
      yield answer.trim();
    }
  }
  fail('the server hung up');
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
  const { host, port } = options;
  const socket = options.tls
    ? tls.connect({ host, port, servername: host })
    : net.connect({ host, port });
  socket.setTimeout(TIMEOUT_MS, () => {
    socket.destroy(new Error('no answer in time'));
  });
  try {
    const answers = readAnswers(socket);
    const expect = async (code: string, line?: string): Promise<void> => {
      if (line !== undefined) socket.write(`${line}\r\n`);
      const { value } = await answers.next();
      const answer = value ?? '';
      if (!answer.startsWith(code)) fail(`the server says \`${oneLine(answer)}\``);
    };
    await expect('2');
    await expect('2', 'EHLO sallyport');
    await expect('2', `MAIL FROM:<${mail.from}>`);
    for (const to of mail.to) await expect('2', `RCPT TO:<${to}>`);
    await expect('3', 'DATA');
    socket.write(writeMail(mail));
    await expect('2');
    socket.end('QUIT\r\n');
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && String(cause.code).startsWith('APP_'))
      throw cause;
    fail(cause instanceof Error ? cause.message : String(cause));
  } finally {
    socket.destroy();
  }
}
