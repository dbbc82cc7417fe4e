import { linkCall } from '../calls/telegram/media-link.js';
import type { TelegramMediaSide } from './telegram-service.js';

/** How the media of Telegram calls flow: WebRTC, loaded with the first such call. */
export const telegramMediaSide: TelegramMediaSide = {
  backend: async (config, scheduler) => {
    const { telegramMedia } = await import('../calls/telegram/media/telegram-media.js');
    return telegramMedia(config, scheduler);
  },
  link: linkCall,
};
