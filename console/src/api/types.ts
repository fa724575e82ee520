/** What the inner door answers, as the console reads it. Times are ISO 8601; amounts are bits unless their name says otherwise. */
export type * from './session-types.ts';
export type * from './requests-types.ts';
export type * from './looks-types.ts';
export type * from './measures-types.ts';
export type * from './people-types.ts';
export type * from './shares-types.ts';
export type * from './settings-types.ts';
