/** Who is signed in. Pages are shown only when somebody is, so they may rely on it. */
import { createContext, useContext } from 'react';
import type { Whoami } from '../api/types.ts';

const Session = createContext<Whoami | null>(null);

/** Gives the signed-in principal to everything inside. */
export const SessionProvider = Session.Provider;

/** The signed-in principal. */
export function useSession(): Whoami {
  const session = useContext(Session);
  if (session === null) throw new Error('no session');
  return session;
}

/** Why this session may not do something; null if it may. */
export function refusalFor(session: Whoami, action: string): string | null {
  return session.can.find((each) => each.event === action)?.reason ?? null;
}
