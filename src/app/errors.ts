/** Error codes of the program as a whole. */
import { defineErrors } from '../core/index.ts';

/** Builds the errors of configuration and start. */
export const appErrors = defineErrors('APP', {
  CONFIG_UNREADABLE: {
    status: 400,
    message: 'cannot read the configuration `{file}`: {why}',
    hint: 'check that the file exists, may be read and is JSON',
  },
  CONFIG_INVALID: {
    status: 400,
    message: 'cannot use the configuration `{file}`: {why}',
    hint: 'see `sallyport config schema` for what it may hold',
  },
  PORT_IN_USE: {
    status: 400,
    message: 'cannot listen on {host}:{port}, another program does already',
    hint: 'stop it, or choose another port with `--{door}-port` or in sallyport.json',
  },
  LISTEN_FAILED: {
    status: 400,
    message: 'cannot listen on {host}:{port}: {why}',
    hint: 'check host and port in sallyport.json',
  },
  TLS_UNUSABLE: {
    status: 400,
    message: 'cannot serve HTTPS with `{file}`: {why}',
    hint: 'give PEM files of a certificate and its private key under `tls` in sallyport.json',
  },
  MAIL_FAILED: {
    status: 502,
    message: 'cannot send mail: {why}',
    hint: 'check `people.smtp` in sallyport.json and that the mail server takes mail from the gate',
  },
  MAIL_REFUSED: {
    status: 502,
    message: 'cannot send mail to `{to}`, the server refuses it for good: {why}',
    hint: 'check that whoever left has left the roster too, and that ids of people are their mailboxes',
  },
  WEBHOOK_FAILED: {
    status: 502,
    message: 'the webhook answered {status}',
    hint: 'check `people.webhook` in sallyport.json and what answers there',
  },
  DATA_MISSING: {
    status: 400,
    message: 'cannot find a gate in `{dir}`',
    hint: 'start one with `sallyport start`, or name its folder with `--data DIR`',
  },
  DATA_LOCKED: {
    status: 400,
    message: 'cannot use `{dir}`, the gate with process {pid} has it open',
    hint: 'stop that process first, or choose another folder with `--data DIR`',
  },
  USER_MISSING: {
    status: 400,
    message: 'cannot become the user `{user}`: {why}',
    hint: 'make that user with `useradd --system`, or leave `users.gate` out of sallyport.json',
  },
  WIRE_LOST: {
    status: 500,
    message: 'cannot go on: {why}, and only a start as root gives it its own user again',
    hint: 'start the gate again as root; a service manager does that by itself',
  },
  SCENARIO_UNKNOWN: {
    status: 404,
    message: 'cannot find the scenario `{id}`',
    hint: 'see GET /v1/scenarios for those that are shipped, or send the text of your own',
  },
  SCENARIO_BUSY: {
    status: 429,
    message: 'cannot play the scenario, {waiting} others wait already',
    hint: 'ask again in a few seconds, or play it with `sallyport scenario run`',
  },
});
