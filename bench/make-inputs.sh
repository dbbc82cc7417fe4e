#!/bin/bash
# Makes what the workloads read, always the same: ten minutes of music-like MP3 at 44.1 kHz, so that there is something to resample, the
# same as Opus, and eight MP3s of three minutes to mix: seven of music, the last speech-like, with pauses; and a minute of film, which takes some minutes to make.
# usage: bench/make-inputs.sh [FOLDER], by default bench-data. Needs ffmpeg with libmp3lame.
set -euo pipefail
folder=${1:-$(dirname "$0")/../bench-data}
mkdir -p "$folder"
cd "$folder"

beat='(0.6+0.4*sin(2*PI*0.5*t))'
left="0.18*sin(2*PI*110*t)*$beat+0.12*sin(2*PI*220.5*t)+0.1*sin(2*PI*277.2*t+sin(2*PI*5*t))+0.08*sin(2*PI*329.6*t)*(0.5+0.5*sin(2*PI*2*t))+0.05*sin(2*PI*880*t)*(0.5+0.5*sin(2*PI*4*t))"
right="0.18*sin(2*PI*110*t)*$beat+0.11*sin(2*PI*221*t)+0.1*sin(2*PI*278*t)+0.08*sin(2*PI*330.2*t)*(0.5+0.5*sin(2*PI*2.1*t))+0.05*sin(2*PI*882*t)*(0.5+0.5*sin(2*PI*4.1*t))"
if [ ! -s music_600.mp3 ]; then
  ffmpeg -hide_banner -nostdin -v error -y -bitexact \
    -f lavfi -i "aevalsrc=exprs='$left|$right':s=44100:d=600" \
    -f lavfi -i "anoisesrc=color=pink:r=44100:a=0.12:d=600:seed=7" \
    -filter_complex "[1:a]highpass=f=3000,tremolo=f=4:d=0.9,pan=stereo|c0=c0|c1=0.8*c0[n];[0:a][n]amix=inputs=2:normalize=0,alimiter=limit=0.95[out]" \
    -map "[out]" -c:a libmp3lame -b:a 192k -f mp3 music_600.mp3.part
  mv music_600.mp3.part music_600.mp3
fi

if [ ! -s music_600.opus ]; then
  ffmpeg -hide_banner -nostdin -v error -y -bitexact -i music_600.mp3 -ar 48000 -ac 2 -c:a libopus -b:a 64k -f ogg music_600.opus.part
  mv music_600.opus.part music_600.opus
fi

make() {
  ffmpeg -hide_banner -nostdin -v error -y -bitexact -f lavfi -i "$2" -ar 44100 -ac 2 -c:a libmp3lame -b:a 128k -f mp3 "$1.part"
  mv "$1.part" "$1"
}
for n in 1 2 3 4 5 6 7; do
  [ -s mix_$n.mp3 ] && continue
  hz=$((100 + 37 * n))
  make mix_$n.mp3 "aevalsrc=exprs='0.06*sin(2*PI*$hz*t)*(0.6+0.4*sin(2*PI*0.$n*t))+0.04*sin(2*PI*3*$hz*t)|0.06*sin(2*PI*$hz*t+1)+0.04*sin(2*PI*2*$hz*t)*(0.5+0.5*sin(2*PI*$n*t))':s=44100:d=180"
done
if [ ! -s mix_8.mp3 ]; then
  make mix_8.mp3 "aevalsrc=exprs='0.3*(sin(2*PI*140*t)+0.5*sin(2*PI*700*t)+0.3*sin(2*PI*1900*t))*abs(sin(2*PI*2.5*t))*lt(mod(t,8),5)':s=44100:d=180"
fi
if [ ! -s video_720p30_60.mp4 ]; then
  ffmpeg -hide_banner -nostdin -v error -y -bitexact \
    -f lavfi -i "mandelbrot=s=1280x720:r=30:maxiter=400:end_scale=0.002:end_pts=1800" -f lavfi -i "testsrc2=s=426x240:r=30" \
    -filter_complex "[0:v][1:v]overlay=x='mod(n*5,854)':y='mod(n*3,480)',noise=alls=6:allf=t:all_seed=3,format=yuv420p" \
    -t 60 -c:v libx264 -preset medium -profile:v high -b:v 2500k -maxrate 3500k -bufsize 5000k -g 60 -f mp4 video_720p30_60.mp4.part
  mv video_720p30_60.mp4.part video_720p30_60.mp4
fi
