const FINGERPRINT = 'DA:8B:32:F7:5A:4A:08:68:94:50:DB:6B:0B:0C:F0:90:DE:34:59:88:CD:36:94:05:E6:93:A1:48:E5:5C:1B:3A';

const sdp = (lines: string): string =>
  `${lines
    .trim()
    .split('\n')
    .map((line) => line.trim())
    .join('\r\n')}\r\n`;

/** As Chromium writes it: audio, video and a data channel in one bundle, with an mDNS candidate. */
export const chromiumOffer = sdp(`
  v=0
  o=- 6498231263211 2 IN IP4 127.0.0.1
  s=-
  t=0 0
  a=group:BUNDLE 0 1 2
  a=extmap-allow-mixed
  a=msid-semantic: WMS 7e5b
  m=audio 9 UDP/TLS/RTP/SAVPF 111 63 9 0 8 13 110 126
  c=IN IP4 0.0.0.0
  a=rtcp:9 IN IP4 0.0.0.0
  a=candidate:1 1 udp 2113937151 5f1c7a-1.local 51234 typ host generation 0 network-cost 999
  a=ice-ufrag:Jx9k
  a=ice-pwd:9wXbZKzZ7JmYJt4kxJcZ0l1m
  a=ice-options:trickle
  a=fingerprint:sha-256 ${FINGERPRINT}
  a=setup:actpass
  a=mid:0
  a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level
  a=extmap:2 http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time
  a=extmap:3 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01
  a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid
  a=sendrecv
  a=msid:7e5b 11aa
  a=rtcp-mux
  a=rtcp-rsize
  a=rtpmap:111 opus/48000/2
  a=rtcp-fb:111 transport-cc
  a=fmtp:111 minptime=10;useinbandfec=1
  a=rtpmap:63 red/48000/2
  a=fmtp:63 111/111
  a=rtpmap:9 G722/8000
  a=rtpmap:0 PCMU/8000
  a=rtpmap:8 PCMA/8000
  a=rtpmap:13 CN/8000
  a=rtpmap:110 telephone-event/48000
  a=rtpmap:126 telephone-event/8000
  a=ssrc:4146232134 cname:U8mM
  m=video 9 UDP/TLS/RTP/SAVPF 96 97
  c=IN IP4 0.0.0.0
  a=ice-ufrag:Jx9k
  a=ice-pwd:9wXbZKzZ7JmYJt4kxJcZ0l1m
  a=fingerprint:sha-256 ${FINGERPRINT}
  a=setup:actpass
  a=mid:1
  a=sendrecv
  a=rtcp-mux
  a=rtpmap:96 VP8/90000
  a=rtpmap:97 rtx/90000
  a=fmtp:97 apt=96
  m=application 9 UDP/DTLS/SCTP webrtc-datachannel
  c=IN IP4 0.0.0.0
  a=ice-ufrag:Jx9k
  a=ice-pwd:9wXbZKzZ7JmYJt4kxJcZ0l1m
  a=fingerprint:sha-256 ${FINGERPRINT}
  a=setup:actpass
  a=mid:2
  a=sctp-port:5000
`);

/** As Firefox writes it: fingerprint for the session, Opus as 109, stereo, two candidates, audio to be received. */
export const firefoxOffer = sdp(`
  v=0
  o=mozilla...THIS_IS_SDPARTA-99.0 8231563211 0 IN IP4 0.0.0.0
  s=-
  t=0 0
  a=fingerprint:sha-256 ${FINGERPRINT}
  a=group:BUNDLE sdparta_0
  a=ice-options:trickle
  a=msid-semantic:WMS *
  m=audio 60000 UDP/TLS/RTP/SAVPF 109 9 0 8 101
  c=IN IP4 192.0.2.7
  a=candidate:0 1 UDP 2122252543 192.0.2.7 60000 typ host
  a=candidate:1 1 TCP 2105524479 192.0.2.7 9 typ host tcptype active
  a=recvonly
  a=end-of-candidates
  a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level
  a=extmap:2/recvonly urn:ietf:params:rtp-hdrext:csrc-audio-level
  a=extmap:3 urn:ietf:params:rtp-hdrext:sdes:mid
  a=fmtp:109 maxplaybackrate=48000;stereo=1;useinbandfec=1
  a=fmtp:101 0-15
  a=ice-pwd:7a3f5d4e8b9c0a1b2c3d4e5f60718293
  a=ice-ufrag:4d1f2a3b
  a=mid:sdparta_0
  a=rtcp-mux
  a=rtpmap:109 opus/48000/2
  a=rtcp-fb:109 nack
  a=rtpmap:9 G722/8000/1
  a=rtpmap:0 PCMU/8000
  a=rtpmap:8 PCMA/8000
  a=rtpmap:101 telephone-event/8000/1
  a=setup:actpass
`);

/** As GStreamer's and OBS' WHIP clients write it: Opus only, we are to receive. */
export const whipOffer = sdp(`
  v=0
  o=rtc 2438602337097565327 0 IN IP4 127.0.0.1
  s=-
  t=0 0
  a=group:BUNDLE 0
  a=msid-semantic:WMS *
  a=setup:active
  a=ice-ufrag:fEw/
  a=ice-pwd:jBua8YGWQKc/Vn6Y9EZ9+0
  a=fingerprint:sha-256 ${FINGERPRINT}
  m=audio 44323 UDP/TLS/RTP/SAVPF 111
  c=IN IP4 192.0.2.1
  a=mid:0
  a=sendonly
  a=ssrc:1377 cname:x
  a=rtcp-mux
  a=rtpmap:111 OPUS/48000/2
  a=fmtp:111 minptime=10;maxaveragebitrate=96000;stereo=1;sprop-stereo=1;useinbandfec=1
`);
