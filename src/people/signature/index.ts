/**
 * Public keys and signatures of people: SSHSIG by SSH keys, FIDO keys and passkeys.
 *
 * Guaranteed: what verifies was signed by that key over exactly these bytes for exactly this namespace; algorithms are a
 * closed list, every value has one spelling, so that no changed byte passes; `ssh-keygen -Y verify` accepts what is made
 * here. Assumed: node:crypto. Not decided here: whose key it is and what it may sign. Specification: docs/spec/approval.md.
 */
export { bareFingerprint } from './bare-key.ts';
export { KEY_TYPES, isFidoKey, isPasskey, parsePublicKey, printPublicKey } from './public-key.ts';
export type { KeyType, SshPublicKey } from './public-key.ts';
export { parseSshsig, sshsigToBeSigned } from './sshsig.ts';
export type { HashAlgorithm, SignatureAlgorithm, Sshsig } from './sshsig.ts';
export { verifySshsig } from './verify.ts';
export type { SignatureNeeds, SignatureRefusal, VerifiedSignature, VerifyInput } from './verify.ts';
export { assertionToSshsig } from './webauthn.ts';
export type { AssertionInput } from './webauthn.ts';
export { ES256, passkeyToPublicKey, registerPasskey } from './passkey.ts';
export type { PasskeyExpectation, PasskeyResponse, RegisteredPasskey } from './passkey.ts';
export { signSshsig, signWithKeygen } from './sign.ts';
export type { RunKeygen, SignInput, SshSigner } from './sign.ts';
export { openPrivateKey } from './private-key.ts';
export { openAgent } from './agent.ts';
export type { AgentChannel, SshAgent } from './agent.ts';
