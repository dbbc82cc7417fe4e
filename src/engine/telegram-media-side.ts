import type { TelegramMediaSide } from './telegram-service.js';

/** How the media of Telegram calls flow; undefined: this version has no transport for them. */
export const telegramMediaSide: TelegramMediaSide | undefined = undefined;
