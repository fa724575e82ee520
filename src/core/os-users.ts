/** Users of the operating system: who there is, and giving folders to them. Useful to root only. */
import { spawnSync } from 'node:child_process';
import { existsSync, lchownSync, lstatSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';

/** A user by numbers, as processes are started with. */
export interface OsUser {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/** Whether this process may choose whose its children are. */
export function mayChooseUsers(): boolean {
  return process.getuid?.() === 0;
}

/** A user of `/etc/passwd`; undefined when there is none of that name, and for root, who is nobody's own user. */
export function findOsUser(name: string): OsUser | undefined {
  if (!existsSync('/etc/passwd')) return undefined;
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((each) => each.startsWith(`${name}:`));
  const [, , uid, gid] = line?.split(':') ?? [];
  if (uid === undefined || gid === undefined || Number(uid) === 0) return undefined;
  return { name, uid: Number(uid), gid: Number(gid) };
}

/** Gives an entry and everything in it to a user. What is in `keep` is given only when the entry itself was not theirs. */
export function giveToUser(
  user: Pick<OsUser, 'uid' | 'gid'>,
  entry: string,
  keep: readonly string[] = [],
): void {
  const stat = lstatSync(entry);
  const given = stat.uid === user.uid && stat.gid === user.gid;
  // The entry itself and never what it leads to: others may write to some of these folders.
  if (!given) lchownSync(entry, user.uid, user.gid);
  if (!stat.isDirectory() || (given && keep.includes(entry))) return;
  for (const name of readdirSync(entry)) giveToUser(user, path.join(entry, name), keep);
}

/** Whether a user can read a program and write to a folder: parents of either may be closed to it. */
export function canUserRun(user: OsUser, program: string, dir: string): boolean {
  const script = `
    const { accessSync, constants } = require('node:fs');
    accessSync(process.argv[1], constants.R_OK);
    accessSync(process.argv[2], constants.R_OK | constants.W_OK | constants.X_OK);
  `;
  const { uid, gid } = user;
  const probe = spawnSync(process.execPath, ['-e', script, program, dir], {
    uid,
    gid,
    env: {},
    cwd: '/',
  });
  return probe.status === 0;
}

/** Gives a folder to a user who is to run a program on it; undefined, and nothing changed, where that cannot work. */
export function takeOsUser(name: string, program: string, dir: string): OsUser | undefined {
  if (!mayChooseUsers()) return undefined;
  const user = findOsUser(name);
  if (user === undefined) return undefined;
  giveToUser(user, dir);
  if (canUserRun(user, program, dir)) return user;
  giveToUser({ uid: 0, gid: process.getgid?.() ?? 0 }, dir);
  return undefined;
}

/** Becomes a user for good: groups first, since afterwards nothing of it may be changed any more. */
export function becomeOsUser(user: OsUser): void {
  process.setgroups?.([user.gid]);
  process.setgid?.(user.gid);
  process.setuid?.(user.uid);
}
