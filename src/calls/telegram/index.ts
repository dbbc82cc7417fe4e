/**
 * Telegram group calls: accounts, sign-in and signalling. The library that speaks to Telegram is loaded with the first connection only.
 * @module
 */
export { TelegramAccount, type TelegramAccountOptions } from './account.js';
export { AccountStore, type StoredAccount } from './account-store.js';
export type { TelegramClientOptions } from './client.js';
export { TelegramControls, type ParticipantChange } from './controls.js';
export { problemOf } from './failures.js';
export { loadLibrary, type TelegramLibrary } from './library.js';
export { TelegramSignalling, type TelegramSignallingOptions } from './signalling.js';
export { isByWords, steerTelegram } from './steering.js';
export { TelegramSignIn, type TelegramSignInOptions } from './sign-in-effects.js';
