/** Names of files as they travel: plain relative paths with `/` between folders, which no host reads as anything else. */

const NAME_CHARACTERS_MAX = 1_024;

/** Why a name is no plain relative path; null when it is one. */
export function findNameProblem(name: string): string | null {
  if (name === '' || name.length > NAME_CHARACTERS_MAX) return 'its length';
  if (/\p{Cc}/u.test(name) || !name.isWellFormed()) return 'it holds control characters';
  if (name.includes('\\')) return 'it holds a backslash';
  const parts = name.split('/');
  if (parts.some((part) => part === '' || part === '.' || part === '..'))
    return 'it is not a plain relative path';
  return null;
}
