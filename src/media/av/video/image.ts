import { voxError } from '../../../errors.js';
import { openVideo } from './open-video.js';
import type { Picture } from './picture.js';
import { VideoReader } from './video-reader.js';

/** Demuxers that read one picture out of the one file they are given. */
const IMAGE_FORMATS = [
  'png_pipe,jpeg_pipe,webp_pipe,bmp_pipe,gif,gif_pipe,tiff_pipe,qoi_pipe,ppm_pipe,pgm_pipe,pam_pipe,jpegxl_pipe,jpegxl_anim',
  'mov,mp4,avif,heif,apng,ico,svg_pipe,psd_pipe,sgi_pipe,dds_pipe,exr_pipe,hdr_pipe,j2k_pipe,sunrast_pipe,xbm_pipe,xpm_pipe',
].join(',');

/**
 * Reads a picture from a file: the first, where there are several. The caller has its share.
 *
 * @throws VoxError MEDIA_NOT_FOUND, MEDIA_UNREADABLE, MEDIA_NO_VIDEO, CODEC_MISSING.
 */
export async function readImage(path: string, signal?: AbortSignal): Promise<Picture> {
  const reader = new VideoReader(await openVideo(path, signal, IMAGE_FORMATS));
  try {
    const read = await reader.read();
    if (read) return read.picture;
    throw voxError('MEDIA_UNREADABLE', { path, reason: reader.outcome?.failure ?? 'it holds no picture' });
  } finally {
    reader.close();
  }
}
