/** Where the console is: the sites on which passkeys sign. */

/** The sites of one gate. */
export interface Site {
  /** As configured; where nothing is, the inner door itself once it listens. */
  readonly origins: readonly string[];
  /** Where a person opens the console. */
  readonly url: string | null;
  /** The inner door listens here. */
  note(url: string): void;
}

/** Opens the sites. */
export function openSite(configured: readonly string[]): Site {
  let own: string | null = null;
  return {
    get origins() {
      if (configured.length > 0 || own === null) return configured;
      return [new URL(own).origin];
    },
    get url() {
      return configured[0] ?? own;
    },
    note: (url) => {
      own = url;
    },
  };
}
