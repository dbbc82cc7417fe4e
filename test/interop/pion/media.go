package main

import (
	"encoding/base64"
	"fmt"

	"github.com/pion/interceptor"
	"github.com/pion/interceptor/pkg/nack"
	"github.com/pion/interceptor/pkg/report"
	"github.com/pion/interceptor/pkg/twcc"
	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/pion/rtp/codecs"
	"github.com/pion/srtp/v3"
)

// What is kept of each stream, in packets of sound or frames of pictures.
const kept = 500

// One stream of a client.
type stream struct {
	reader       interceptor.RTPReader
	packets      int
	again        int
	lost         int
	payloadTypes map[uint8]int
	extensions   map[uint8]int
	levels       map[uint8]int
	opus         []string
	frames       []string
	frame        []byte
	next         uint16
	broken       bool
}

type reports struct {
	senderReports, receiverReports, nacks, plis, feedbacks int
	toldCame, toldLost                                     int
	cname                                                  string
}

func (c *client) begin(in, out *srtp.Context, profile string) error {
	registry := &interceptor.Registry{}
	generator, err := nack.NewGeneratorInterceptor()
	if err != nil {
		return err
	}
	responder, err := nack.NewResponderInterceptor()
	if err != nil {
		return err
	}
	receiver, err := report.NewReceiverInterceptor()
	if err != nil {
		return err
	}
	feedback, err := twcc.NewSenderInterceptor()
	if err != nil {
		return err
	}
	numbers, err := twcc.NewHeaderExtensionInterceptor()
	if err != nil {
		return err
	}
	for _, one := range []interceptor.Factory{generator, responder, receiver, feedback, numbers} {
		registry.Add(one)
	}
	chain, err := registry.Build(c.user)
	if err != nil {
		return err
	}
	c.lock.Lock()
	defer c.lock.Unlock()
	c.in, c.out, c.profile, c.chain = in, out, profile, chain
	c.rtcpIn = chain.BindRTCPReader(interceptor.RTCPReaderFunc(func(to []byte, a interceptor.Attributes) (int, interceptor.Attributes, error) {
		return copy(to, c.plain), a, nil
	}))
	c.rtcpOut = chain.BindRTCPWriter(interceptor.RTCPWriterFunc(func(packets []rtcp.Packet, _ interceptor.Attributes) (int, error) {
		plain, err := rtcp.Marshal(packets)
		if err != nil {
			return 0, err
		}
		sealed, err := out.EncryptRTCP(nil, plain, nil)
		if err != nil {
			return 0, err
		}
		return c.conn.Write(sealed)
	}))
	return nil
}

func (c *client) media(packet []byte) {
	// RTP or RTCP (RFC 5761).
	if packet[1] >= 192 && packet[1] <= 223 {
		plain, err := c.in.DecryptRTCP(nil, packet, nil)
		if err == nil {
			c.control(plain)
		}
		return
	}
	plain, err := c.in.DecryptRTP(nil, packet, nil)
	if err != nil {
		return
	}
	var header rtp.Header
	size, err := header.Unmarshal(plain)
	if err != nil {
		return
	}
	c.lock.Lock()
	one := c.stream(&header)
	lose := c.loseEvery.Load()
	if header.PayloadType == vp8 && lose > 0 && one.packets%int(lose) == int(lose)-1 {
		one.lost++
		one.packets++
		c.lock.Unlock()
		return
	}
	// Pion's interceptors read: they count, and ask again for what is missing.
	c.plain = plain
	_, _, _ = one.reader.Read(make([]byte, 2048), interceptor.Attributes{})
	one.take(&header, plain[size:])
	c.lock.Unlock()
	for _, other := range others(c) {
		other.forward(header, plain[size:])
	}
}

func (c *client) stream(header *rtp.Header) *stream {
	one := c.streams[header.SSRC]
	if one != nil {
		return one
	}
	one = &stream{payloadTypes: map[uint8]int{}, extensions: map[uint8]int{}, levels: map[uint8]int{}}
	c.streams[header.SSRC] = one
	one.reader = c.chain.BindRemoteStream(describe(header), interceptor.RTPReaderFunc(
		func(to []byte, a interceptor.Attributes) (int, interceptor.Attributes, error) {
			return copy(to, c.plain), a, nil
		},
	))
	return one
}

func describe(header *rtp.Header) *interceptor.StreamInfo {
	info := &interceptor.StreamInfo{
		ID: fmt.Sprint(header.SSRC), SSRC: header.SSRC, PayloadType: header.PayloadType, ClockRate: 48000, MimeType: "audio/opus",
		RTPHeaderExtensions: []interceptor.RTPHeaderExtension{{URI: transportCcURI, ID: transportCc}},
		RTCPFeedback:        []interceptor.RTCPFeedback{{Type: "transport-cc"}},
	}
	if header.PayloadType == vp8 {
		info.ClockRate, info.MimeType = 90000, "video/VP8"
		info.RTCPFeedback = append(info.RTCPFeedback, interceptor.RTCPFeedback{Type: "nack"}, interceptor.RTCPFeedback{Type: "nack", Parameter: "pli"})
	}
	return info
}

func (s *stream) take(header *rtp.Header, payload []byte) {
	s.packets++
	s.payloadTypes[header.PayloadType]++
	for _, id := range header.GetExtensionIDs() {
		s.extensions[id]++
	}
	if level := header.GetExtension(audioLevel); header.PayloadType == opus && len(level) > 0 {
		s.levels[level[0]&0x7f]++
	}
	switch header.PayloadType {
	case opus:
		if len(s.opus) < kept {
			s.opus = append(s.opus, base64.StdEncoding.EncodeToString(payload))
		}
	case vp8:
		s.picture(header, payload)
	case vp8Rtx:
		s.again++
	}
}

// Puts frames of VP8 together, while none of their packets is missing.
func (s *stream) picture(header *rtp.Header, payload []byte) {
	gap := s.next != 0 && header.SequenceNumber != s.next
	s.next = header.SequenceNumber + 1
	var part codecs.VP8Packet
	body, err := part.Unmarshal(payload)
	if err != nil {
		return
	}
	if part.S == 1 && part.PID == 0 {
		s.frame, s.broken = nil, false
	} else if gap {
		s.broken = true
	}
	s.frame = append(s.frame, body...)
	if header.Marker && !s.broken && len(s.frames) < kept {
		s.frames = append(s.frames, base64.StdEncoding.EncodeToString(s.frame))
	}
}

// Sends a packet of somebody else on.
func (c *client) forward(header rtp.Header, payload []byte) {
	c.lock.Lock()
	defer c.lock.Unlock()
	if c.out == nil {
		return
	}
	writer := c.writers[header.SSRC]
	if writer == nil {
		info := describe(&header)
		writer = c.chain.BindLocalStream(info, interceptor.RTPWriterFunc(
			func(header *rtp.Header, payload []byte, _ interceptor.Attributes) (int, error) {
				plain, err := (&rtp.Packet{Header: *header, Payload: payload}).Marshal()
				if err != nil {
					return 0, err
				}
				sealed, err := c.out.EncryptRTP(nil, plain, nil)
				if err != nil {
					return 0, err
				}
				return c.conn.Write(sealed)
			}))
		c.writers[header.SSRC] = writer
	}
	// Numbers of the sender's way mean nothing on the receiver's, which Pion's interceptor gives its own.
	_ = header.DelExtension(transportCc)
	_, _ = writer.Write(&header, payload, interceptor.Attributes{})
}

func (c *client) control(plain []byte) {
	packets, err := rtcp.Unmarshal(plain)
	if err != nil {
		return
	}
	c.lock.Lock()
	c.plain = plain
	_, _, _ = c.rtcpIn.Read(make([]byte, 2048), interceptor.Attributes{})
	var keys []uint32
	for _, packet := range packets {
		switch item := packet.(type) {
		case *rtcp.SenderReport:
			c.reports.senderReports++
		case *rtcp.ReceiverReport:
			c.reports.receiverReports++
		case *rtcp.TransportLayerNack:
			c.reports.nacks++
		case *rtcp.TransportLayerCC:
			c.reports.feedbacks++
			c.reports.count(item)
		case *rtcp.SourceDescription:
			for _, chunk := range item.Chunks {
				for _, one := range chunk.Items {
					if one.Type == rtcp.SDESCNAME {
						c.reports.cname = one.Text
					}
				}
			}
		case *rtcp.PictureLossIndication:
			c.reports.plis++
			keys = append(keys, item.MediaSSRC)
		}
	}
	c.lock.Unlock()
	for _, ssrc := range keys {
		for _, other := range others(c) {
			other.wantKey(ssrc)
		}
	}
}

// What the client says of the packets that were numbered for it.
func (r *reports) count(item *rtcp.TransportLayerCC) {
	left := int(item.PacketStatusCount)
	tell := func(symbol uint16) {
		if left--; left < 0 {
			return
		}
		if symbol == rtcp.TypeTCCPacketNotReceived {
			r.toldLost++
		} else {
			r.toldCame++
		}
	}
	for _, chunk := range item.PacketChunks {
		switch part := chunk.(type) {
		case *rtcp.RunLengthChunk:
			for n := uint16(0); n < part.RunLength; n++ {
				tell(part.PacketStatusSymbol)
			}
		case *rtcp.StatusVectorChunk:
			for _, symbol := range part.SymbolList {
				tell(symbol)
			}
		}
	}
}

func (c *client) wantKey(ssrc uint32) {
	c.lock.Lock()
	defer c.lock.Unlock()
	if c.streams[ssrc] != nil {
		_, _ = c.rtcpOut.Write([]rtcp.Packet{&rtcp.PictureLossIndication{MediaSSRC: ssrc}}, interceptor.Attributes{})
	}
}

func (c *client) seen() map[string]any {
	c.lock.Lock()
	defer c.lock.Unlock()
	streams := map[string]any{}
	for ssrc, one := range c.streams {
		streams[fmt.Sprint(ssrc)] = map[string]any{
			"packets": one.packets, "again": one.again, "lost": one.lost, "payloadTypes": one.payloadTypes,
			"extensions": one.extensions, "levels": one.levels, "opus": one.opus, "frames": one.frames,
		}
	}
	return map[string]any{
		"streams": streams, "profile": c.profile, "channel": c.label, "messages": c.messages, "problem": c.problem,
		"reports": map[string]any{
			"senderReports": c.reports.senderReports, "receiverReports": c.reports.receiverReports, "nacks": c.reports.nacks,
			"plis": c.reports.plis, "feedbacks": c.reports.feedbacks, "toldCame": c.reports.toldCame, "toldLost": c.reports.toldLost, "cname": c.reports.cname,
		},
	}
}
