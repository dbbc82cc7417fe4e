import { fileURLToPath } from 'node:url';

/** The font that comes with voxgraph: DejaVu Sans, with Latin, Greek, Cyrillic and most signs. */
export const FONT_FILE = fileURLToPath(new URL('../../media/fonts/DejaVuSans.ttf', import.meta.url));
