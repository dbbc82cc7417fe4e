import { z } from 'zod';

/** Width and height of pictures that a source makes. */
export const sizeOptions = {
  width: z.number().int().min(16).max(4096).multipleOf(2).default(640).meta({ description: 'Width in pixels, even.' }),
  height: z.number().int().min(16).max(4096).multipleOf(2).default(360).meta({ description: 'Height in pixels, even.' }),
};
