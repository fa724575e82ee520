/** A small mail server in this process: TLS, STARTTLS and logins, as far as tests of the gate's mail need them. */
import net from 'node:net';
import type { AddressInfo } from 'node:net';
import tls from 'node:tls';

/** How it behaves. */
export interface MailServerOptions {
  readonly key: Buffer;
  readonly cert: Buffer;
  /** `implicit`: TLS from the first byte. `start`: offered. `strip`: not offered, as by somebody in between. */
  readonly tls: 'implicit' | 'start' | 'strip' | 'inject';
  /** The logins that are offered under TLS, such as `PLAIN LOGIN`. */
  readonly logins?: string;
  readonly user?: string;
  readonly password?: string;
}

/** A running server. */
export interface MailServer {
  readonly port: number;
  /** Every line that a client said, with `tls ` or `plain ` in front. */
  readonly said: readonly string[];
  close(): void;
}

/** One connection. */
class Session {
  readonly #options: MailServerOptions;
  readonly #said: string[];
  #socket: net.Socket;
  #secure: boolean;
  #text = '';
  #inData = false;
  /** What the next line is the answer to. */
  #asked: 'user' | 'password' | null = null;
  #user = '';

  constructor(socket: net.Socket, options: MailServerOptions, said: string[]) {
    this.#options = options;
    this.#said = said;
    this.#socket = socket;
    this.#secure = options.tls === 'implicit';
    this.#listen(socket);
    this.#say('220 test');
  }

  #listen(socket: net.Socket): void {
    this.#socket = socket;
    socket.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => {
      if (socket !== this.#socket) return;
      this.#text += chunk.toString('utf8');
      for (let at = this.#text.indexOf('\r\n'); at >= 0; at = this.#text.indexOf('\r\n')) {
        const line = this.#text.slice(0, at);
        this.#text = this.#text.slice(at + 2);
        this.#said.push(`${this.#secure ? 'tls' : 'plain'} ${line}`);
        this.#hear(line);
      }
    });
  }

  #say(...lines: readonly string[]): void {
    this.#socket.write(lines.map((line) => `${line}\r\n`).join(''));
  }

  #hear(line: string): void {
    const { tls: how, logins } = this.#options;
    if (this.#inData) {
      if (line !== '.') return;
      this.#inData = false;
      this.#say('250 kept');
    } else if (this.#asked !== null) this.#answered(line);
    else if (line.startsWith('EHLO')) {
      const offers = [
        ...(this.#secure || how === 'strip' ? [] : ['STARTTLS']),
        ...(this.#secure && logins !== undefined ? [`AUTH ${logins}`] : []),
      ];
      this.#say('250-test', ...offers.map((each) => `250-${each}`), '250 8BITMIME');
    } else if (line === 'STARTTLS') this.#startTls();
    else if (line.startsWith('AUTH PLAIN ')) {
      const [, user, password] = Buffer.from(line.slice(11), 'base64').toString().split('\0');
      this.#judge(user, password);
    } else if (line === 'AUTH LOGIN') {
      this.#asked = 'user';
      this.#say('334 VXNlcm5hbWU6');
    } else if (line === 'DATA') {
      this.#inData = true;
      this.#say('354 go on');
    } else if (line !== 'QUIT') this.#say('250 fine');
  }

  #answered(line: string): void {
    const text = Buffer.from(line, 'base64').toString();
    if (this.#asked === 'user') {
      this.#user = text;
      this.#asked = 'password';
      this.#say('334 UGFzc3dvcmQ6');
    } else {
      this.#asked = null;
      this.#judge(this.#user, text);
    }
  }

  #judge(user: string | undefined, password: string | undefined): void {
    const right = user === this.#options.user && password === this.#options.password;
    this.#say(right ? '235 welcome' : '535 wrong');
  }

  #startTls(): void {
    const { key, cert, tls: how } = this.#options;
    // Somebody in between adds an answer that the client must not take for one under TLS.
    this.#say('220 go on', ...(how === 'inject' ? ['250 AUTH PLAIN'] : []));
    const plain = this.#socket;
    plain.removeAllListeners('data');
    this.#secure = true;
    this.#listen(new tls.TLSSocket(plain, { isServer: true, key, cert }));
  }
}

/** Opens it on a port of the system's choice. */
export async function openMailServer(options: MailServerOptions): Promise<MailServer> {
  const said: string[] = [];
  const meet = (socket: net.Socket): void => {
    new Session(socket, options, said);
  };
  const { key, cert } = options;
  const server =
    options.tls === 'implicit' ? tls.createServer({ key, cert }, meet) : net.createServer(meet);
  server.on('tlsClientError', () => undefined);
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return { port: (server.address() as AddressInfo).port, said, close: () => server.close() };
}
