package main

import (
	"context"
	"crypto"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pion/datachannel"
	"github.com/pion/dtls/v3"
	"github.com/pion/dtls/v3/pkg/crypto/fingerprint"
	"github.com/pion/dtls/v3/pkg/crypto/selfsign"
	"github.com/pion/ice/v4"
	"github.com/pion/interceptor"
	"github.com/pion/logging"
	"github.com/pion/sctp"
	"github.com/pion/srtp/v3"
	"github.com/pion/transport/v5/packetio"
)

var profiles = []dtls.SRTPProtectionProfile{dtls.SRTP_AEAD_AES_128_GCM, dtls.SRTP_AES128_CM_HMAC_SHA1_80}

// One participant's connection.
type client struct {
	user      string
	offer     offer
	agent     *ice.Agent
	loseEvery atomic.Int64
	lock      sync.Mutex
	conn      *ice.Conn
	in, out   *srtp.Context
	chain     interceptor.Interceptor
	streams   map[uint32]*stream
	channel   *datachannel.DataChannel
	label     string
	messages  []string
	profile   string
	problem   string
	reports   reports
	writers   map[uint32]interceptor.RTPWriter
	rtcpIn    interceptor.RTCPReader
	rtcpOut   interceptor.RTCPWriter
	plain     []byte
}

// Opens a connection for a client that offered this; it is made in the background. Gives the answer.
func join(user, params string) (*client, string, error) {
	made, err := readOffer(params)
	if err != nil {
		return nil, "", err
	}
	agent, err := ice.NewAgentWithOptions(
		ice.WithICELite(true),
		ice.WithNetworkTypes([]ice.NetworkType{ice.NetworkTypeUDP4}),
		ice.WithCandidateTypes([]ice.CandidateType{ice.CandidateTypeHost}),
		ice.WithMulticastDNSMode(ice.MulticastDNSModeDisabled),
		ice.WithIncludeLoopback(),
		ice.WithIPFilter(func(ip net.IP) bool { return ip.IsLoopback() }),
	)
	if err != nil {
		return nil, "", err
	}
	gathered := make(chan ice.Candidate, 8)
	if err = agent.OnCandidate(func(at ice.Candidate) { gathered <- at }); err != nil {
		return nil, "", err
	}
	if err = agent.GatherCandidates(); err != nil {
		return nil, "", err
	}
	at := <-gathered
	if at == nil {
		return nil, "", errors.New("no address")
	}
	ufrag, pwd, err := agent.GetLocalUserCredentials()
	if err != nil {
		return nil, "", err
	}
	certificate, err := selfsign.GenerateSelfSigned()
	if err != nil {
		return nil, "", err
	}
	parsed, err := x509.ParseCertificate(certificate.Certificate[0])
	if err != nil {
		return nil, "", err
	}
	print, err := fingerprint.Fingerprint(parsed, crypto.SHA256)
	if err != nil {
		return nil, "", err
	}
	one := &client{user: user, offer: made, agent: agent, streams: map[uint32]*stream{}, writers: map[uint32]interceptor.RTPWriter{}}
	go func() {
		if err := one.connect(certificate); err != nil {
			one.lock.Lock()
			one.problem = err.Error()
			one.lock.Unlock()
		}
	}()
	return one, writeAnswer(ufrag, pwd, print, at, fmt.Sprintf("video-%d", uint32(made.Ssrc))), nil
}

func (c *client) connect(certificate tls.Certificate) error {
	conn, err := c.agent.Accept(context.Background(), c.offer.Ufrag, c.offer.Pwd)
	if err != nil {
		return err
	}
	c.conn = conn
	handshakes := packetio.NewBuffer()
	media := make(chan []byte, 1024)
	go c.read(handshakes, media)
	secure, err := dtls.ClientWithOptions(&pipe{handshakes, conn}, conn.RemoteAddr(),
		dtls.WithCertificates(certificate),
		dtls.WithSRTPProtectionProfiles(profiles...),
		dtls.WithInsecureSkipVerify(true),
		dtls.WithExtendedMasterSecret(dtls.RequireExtendedMasterSecret),
		dtls.WithVerifyPeerCertificate(func(raw [][]byte, _ [][]*x509.Certificate) error { return c.verify(raw) }),
	)
	if err != nil {
		return err
	}
	if err = secure.HandshakeContext(context.Background()); err != nil {
		return fmt.Errorf("DTLS: %w", err)
	}
	if err = c.keys(secure); err != nil {
		return err
	}
	go func() {
		for packet := range media {
			c.media(packet)
		}
	}()
	return c.talk(secure)
}

// Tells datagrams apart by their first byte (RFC 7983).
func (c *client) read(handshakes *packetio.Buffer, media chan<- []byte) {
	defer close(media)
	defer handshakes.Close()
	for {
		packet := make([]byte, 2048)
		n, err := c.conn.Read(packet)
		if err != nil {
			return
		}
		switch {
		case n > 0 && packet[0] >= 20 && packet[0] <= 63:
			_, _ = handshakes.Write(packet[:n], nil)
		case n > 12 && packet[0] >= 128 && packet[0] <= 191:
			select {
			case media <- packet[:n]:
			default:
			}
		}
	}
}

func (c *client) verify(raw [][]byte) error {
	theirs, err := x509.ParseCertificate(raw[0])
	if err != nil {
		return err
	}
	print, err := fingerprint.Fingerprint(theirs, crypto.SHA256)
	if err != nil {
		return err
	}
	if !strings.EqualFold(print, c.offer.Fingerprints[0].Fingerprint) {
		return errors.New("another certificate than at the join")
	}
	return nil
}

func (c *client) keys(secure *dtls.Conn) error {
	state, ok := secure.ConnectionState()
	if !ok {
		return errors.New("no state of DTLS")
	}
	chosen, ok := secure.SelectedSRTPProtectionProfile()
	if !ok {
		return errors.New("no profile of SRTP")
	}
	config := srtp.Config{Profile: srtp.ProtectionProfile(chosen)}
	if err := config.ExtractSessionKeysFromDTLS(&state, true); err != nil {
		return err
	}
	in, err := srtp.CreateContext(config.Keys.RemoteMasterKey, config.Keys.RemoteMasterSalt, config.Profile, srtp.SRTPReplayProtection(1024))
	if err != nil {
		return err
	}
	out, err := srtp.CreateContext(config.Keys.LocalMasterKey, config.Keys.LocalMasterSalt, config.Profile)
	if err != nil {
		return err
	}
	return c.begin(in, out, config.Profile.String())
}

// The data channel: only what the client opens.
func (c *client) talk(secure *dtls.Conn) error {
	loggers := logging.NewDefaultLoggerFactory()
	association, err := sctp.Server(sctp.Config{NetConn: secure, LoggerFactory: loggers})
	if err != nil {
		return fmt.Errorf("SCTP: %w", err)
	}
	channel, err := datachannel.Accept(association, &datachannel.Config{LoggerFactory: loggers})
	if err != nil {
		return fmt.Errorf("data channel: %w", err)
	}
	c.lock.Lock()
	c.channel, c.label = channel, fmt.Sprintf("%s %d", channel.Config.Label, channel.StreamIdentifier())
	c.lock.Unlock()
	buffer := make([]byte, 65536)
	for {
		n, _, err := channel.ReadDataChannel(buffer)
		if err != nil {
			return nil
		}
		c.lock.Lock()
		c.messages = append(c.messages, string(buffer[:n]))
		c.lock.Unlock()
	}
}

func (c *client) say(text string) error {
	c.lock.Lock()
	channel := c.channel
	c.lock.Unlock()
	if channel == nil {
		return errors.New("there is no data channel")
	}
	_, err := channel.WriteDataChannel([]byte(text), true)
	return err
}

func (c *client) close() {
	_ = c.agent.Close()
	c.lock.Lock()
	defer c.lock.Unlock()
	if c.chain != nil {
		_ = c.chain.Close()
	}
}

// DTLS over the chosen path.
type pipe struct {
	buffer *packetio.Buffer
	conn   *ice.Conn
}

func (p *pipe) ReadFrom(to []byte) (int, net.Addr, error) {
	n, _, err := p.buffer.Read(to, nil)
	return n, p.conn.RemoteAddr(), err
}
func (p *pipe) WriteTo(packet []byte, _ net.Addr) (int, error) { return p.conn.Write(packet) }
func (p *pipe) LocalAddr() net.Addr                            { return p.conn.LocalAddr() }
func (p *pipe) SetDeadline(at time.Time) error                 { return p.buffer.SetReadDeadline(at) }
func (p *pipe) Close() error                                   { return p.buffer.Close() }
func (p *pipe) SetReadDeadline(at time.Time) error             { return p.buffer.SetReadDeadline(at) }
func (p *pipe) SetWriteDeadline(time.Time) error               { return nil }
