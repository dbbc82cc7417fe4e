#!/bin/sh
# Makes the reference vectors of the effect tests, with FFmpeg and SoX from the system. The vectors are committed: the tests need
# neither program. Raw files: 48 kHz, mono, 32-bit little-endian floats. Made with FFmpeg 5.1 and SoX 14.4.2:
#
#     sh test/nodes/references/make.sh
set -e
cd "$(dirname "$0")"

# 50 ms of a quiet sweep between silences; every other vector is made from it.
ffmpeg -v error -y -f lavfi -i "aevalsrc='0.4*sin(2*PI*(200*t+20000*t*t))*lt(t,0.02)':s=48000:d=0.05" -c:a pcm_f32le -f f32le input.f32

raw="-f f32le -ar 48000 -ac 1"

# effect.echo { delayMs: 7, decay: 0.3 }; aecho adds its tail, which the test leaves out.
ffmpeg -v error -y $raw -i input.f32 -af "aecho=1.0:1.0:7:0.3" -c:a pcm_f32le -f f32le echo-7ms-0.3.f32

# effect.gain { gainDb: -7.5 }
ffmpeg -v error -y $raw -i input.f32 -af "volume=-7.5dB:precision=float" -c:a pcm_f32le -f f32le gain-7.5db.f32

# Biquads of the same cookbook, SoX's in double precision inside, 32-bit integers between its effects.
sox="sox -D -t raw -r 48000 -c 1 -e floating-point -b 32 -L input.f32 -t raw -e floating-point -b 32 -L"
$sox lowpass-1000.f32 lowpass -2 1000 0.7071q
$sox highpass-1000.f32 highpass -2 1000 0.7071q
$sox bandpass-1000.f32 bandpass 1000 2q
$sox notch-1000.f32 bandreject 1000 2q
$sox peaking-1000.f32 equalizer 1000 2q 6

# effect.equalizer: parametric bands, then gainsDb [0, 0, 3, 0, -6, 0, 0, 0, 4.5, 0, 0, -9, 0, 2, 0], in double precision throughout.
# The q of FFmpeg's shelves is the cookbook's divided by the root of 2.
eq="equalizer=f=700:t=q:w=1.4:g=6:r=f64,bass=f=150:t=q:w=0.5:g=-8:r=f64,treble=f=5000:t=q:w=0.5:g=5:r=f64,bandreject=f=2500:t=q:w=3:r=f64"
ffmpeg -v error -y $raw -i input.f32 -af "aformat=dbl,$eq" -c:a pcm_f32le -f f32le equalizer-parametric.f32
w=2.1449077
eq="equalizer=f=63:t=q:w=$w:g=3:r=f64,equalizer=f=160:t=q:w=$w:g=-6:r=f64,equalizer=f=1000:t=q:w=$w:g=4.5:r=f64"
eq="$eq,equalizer=f=4000:t=q:w=$w:g=-9:r=f64,equalizer=f=10000:t=q:w=$w:g=2:r=f64"
ffmpeg -v error -y $raw -i input.f32 -af "aformat=dbl,$eq" -c:a pcm_f32le -f f32le equalizer-graphic.f32

# Fourth-order Butterworth: two second-order sections.
$sox lowpass-1000-4.f32 lowpass -2 1000 0.541196q lowpass -2 1000 1.306563q
$sox highpass-1000-4.f32 highpass -2 1000 0.541196q highpass -2 1000 1.306563q

# effect.tremolo { frequencyHz: 30, depth: 0.7 }
ffmpeg -v error -y $raw -i input.f32 -af "tremolo=f=30:d=0.7" -c:a pcm_f32le -f f32le tremolo-30.f32

# effect.fade { fadeInMs: 15, curve }: FFmpeg's tri, qsin, hsin and exp.
for curve in tri qsin hsin exp; do
  ffmpeg -v error -y $raw -i input.f32 -af "afade=t=in:ns=720:curve=$curve" -c:a pcm_f32le -f f32le "fade-$curve.f32"
done
