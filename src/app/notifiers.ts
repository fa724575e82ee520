/** The two ways of telling: a webhook and mail, from the configuration. */
import type { Config } from './config.ts';
import { appErrors } from './errors.ts';
import { sayNotice } from './notify.ts';
import type { Notice, Notifier } from './notify.ts';
import { sendMail } from './smtp.ts';

const WEBHOOK_MS = 10_000;
const LOCAL_PART = /^[\w.+-]{1,64}$/;

/** Posts each notice as JSON. */
export function webhookNotifier(url: string, gate: string): Notifier {
  return {
    name: 'the webhook',
    send: async (notice) => {
      const answer = await fetch(url, {
        method: 'POST',
        redirect: 'error',
        signal: AbortSignal.timeout(WEBHOOK_MS),
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ gate, ...notice, text: sayNotice(notice, gate) }),
      });
      await answer.body?.cancel();
      if (!answer.ok) throw appErrors.error('WEBHOOK_FAILED', { status: answer.status });
    },
  };
}

/** Mails each notice to those who have to act; each gets a mail of their own, so that nobody learns of the others. */
export function mailNotifier(smtp: NonNullable<Config['people']['smtp']>, gate: string): Notifier {
  let count = 0;
  const mailTo = (notice: Notice, person: string): Promise<void> =>
    sendMail(smtp, {
      from: smtp.from,
      to: [`${person}@${smtp.domain}`],
      subject: sayNotice(notice, gate, person),
      text: `${sayNotice(notice, gate, person)}.\n\nOpen the console, or use the command line, to see it.\nThis mail has no link, and nothing can be approved by it.`,
      at: notice.at,
      id: `${Date.parse(notice.at).toString(36)}.${String(count++)}@${smtp.domain}`,
    });
  return {
    name: 'the mail server',
    // Each mailbox by itself: one that is dead keeps no mail from the others, and is tried alone.
    split: (notice) =>
      notice.to
        .filter((person) => LOCAL_PART.test(person))
        .map((person) => ({ lane: person, notice: { ...notice, to: [person] } })),
    send: async (notice) => {
      for (const person of notice.to) await mailTo(notice, person);
    },
  };
}

/** What the configuration asks for. */
export function openNotifiers(config: Config): readonly Notifier[] {
  const { webhook, smtp } = config.people;
  const gate = config.origin;
  return [
    ...(webhook === undefined ? [] : [webhookNotifier(webhook, gate)]),
    ...(smtp === undefined ? [] : [mailNotifier(smtp, gate)]),
  ];
}
