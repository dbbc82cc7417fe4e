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
