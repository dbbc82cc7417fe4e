/**
 * The filters a chain of pictures may use: all of them turn pictures into pictures, one for one, read and write no file, open no address,
 * run no program and never wait. A list of what is allowed, because a newer FFmpeg may bring filters that nobody has looked at.
 */
const ALLOWED = new Set(
  [
    'alphaextract alphamerge amplify atadenoise avgblur backgroundkey bilateral blend bm3d boxblur bwdif cas chromahold chromakey chromanr',
    'chromashift colorbalance colorchannelmixer colorcontrast colorcorrect colorhold colorize colorkey colorlevels',
    'colormap colormatrix colorspace colortemperature convolution convolve copy crop curves dblur dctdnoiz deband deblock',
    'deconvolve dedot deflate deflicker despill dilation displace drawbox drawgrid edgedetect elbg epx eq erosion estdif exposure',
    'extractplanes fade fftdnoiz fftfilt fillborders floodfill format fspp gblur geq gradfun greyedge guided hflip',
    'histeq hqdn3d hqx hstack hsvhold hsvkey hue huesaturation hysteresis il inflate kerndeint kirsch lagfun lenscorrection limiter',
    'lumakey lut lut2 lutrgb lutyuv maskedclamp maskedmax maskedmerge maskedmin maskedthreshold maskfun median mergeplanes midequalizer mix',
    'monochrome morpho multiply negate nlmeans noformat noise normalize null oscilloscope overlay owdenoise pad perspective photosensitivity pixelize',
    'pp7 premultiply prewitt pseudocolor removegrain remap rgbashift roberts rotate sab scale scharr scroll selectivecolor setdar setparams',
    'setrange setsar shear shuffleplanes shufflepixels smartblur sobel split spp swaprect swapuv threshold tmedian tmix tlut2 transpose',
    'unpremultiply unsharp uspp v360 vaguedenoiser varblur vflip vibrance vignette vstack w3fdif xbr xcorrelate xmedian xstack yadif yaepblur',
  ]
    .join(' ')
    .split(' '),
);

const REFUSED: Readonly<Record<string, string>> = {
  movie: 'it reads a file; use a source.file or source.image node and mix.overlay',
  drawtext: 'it may read files; use a video.text node',
  lut3d: 'it reads a file',
  lut1d: 'it reads a file',
  haldclut: 'it needs a picture of its own',
  removelogo: 'it reads a file',
  cover_rect: 'it reads a file',
  subtitles: 'it reads a file',
  ass: 'it reads a file',
  metadata: 'it may write a file',
  realtime: 'it waits, which would stop every call',
  cue: 'it waits, which would stop every call',
  sendcmd: 'it may read a file; send commands to the node while it runs',
  fps: 'it changes the number of pictures; whoever takes them has an option frameRate',
  framerate: 'it changes the number of pictures',
  minterpolate: 'it changes the number of pictures',
  setpts: 'it changes the times of pictures, which keep them in step with the sound',
};

/** The names of all allowed filters, sorted. */
export const ALLOWED_VIDEO_FILTERS: readonly string[] = [...ALLOWED].sort();

/** Options that name a file, by filter: they must stay unset. None of them is among the first, which may be given without a name. */
export const VIDEO_FILE_OPTIONS: Readonly<Record<string, { readonly names: readonly string[]; readonly unnamed: number }>> = {
  curves: { names: ['psfile', 'plot'], unnamed: 6 },
};

/** Why a filter of this FFmpeg may not be used; undefined when it may. */
export function videoRefusal(name: string): string | undefined {
  if (ALLOWED.has(name)) return undefined;
  return (
    REFUSED[name] ??
    'it gives other than one picture for each, or nobody has checked that it leaves files and other programs alone'
  );
}
