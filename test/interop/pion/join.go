package main

import (
	"encoding/json"
	"errors"
	"strconv"
	"strings"

	"github.com/pion/ice/v4"
)

// Numbers of our own, so that a client shows that it takes them from the answer.
const (
	opus, vp8, vp8Rtx                    = 109, 96, 97
	audioLevel, absSendTime, transportCc = 4, 5, 6
)

const (
	audioLevelURI  = "urn:ietf:params:rtp-hdrext:ssrc-audio-level"
	absSendTimeURI = "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time"
	transportCcURI = "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01"
)

// What a client offers at its join; sources are signed.
type offer struct {
	Ufrag        string `json:"ufrag"`
	Pwd          string `json:"pwd"`
	Fingerprints []struct {
		Hash        string `json:"hash"`
		Setup       string `json:"setup"`
		Fingerprint string `json:"fingerprint"`
	} `json:"fingerprints"`
	Ssrc   int32 `json:"ssrc"`
	Groups []struct {
		Semantics string  `json:"semantics"`
		Sources   []int32 `json:"sources"`
	} `json:"ssrc-groups"`
}

func readOffer(text string) (offer, error) {
	var made offer
	if err := json.Unmarshal([]byte(text), &made); err != nil {
		return made, err
	}
	if len(made.Fingerprints) == 0 || made.Fingerprints[0].Setup != "passive" {
		return made, errors.New("the client does not want to be called")
	}
	return made, nil
}

type list []map[string]any

// The answer, in the form of Telegram's.
func writeAnswer(ufrag, pwd, fingerprint string, at ice.Candidate, endpoint string) string {
	feedback := list{{"type": "transport-cc"}, {"type": "nack"}, {"type": "nack", "subtype": "pli"}}
	answer := map[string]any{
		"transport": map[string]any{
			"ufrag":        ufrag,
			"pwd":          pwd,
			"fingerprints": list{{"hash": "sha-256", "setup": "active", "fingerprint": strings.ToUpper(fingerprint)}},
			"candidates": list{{
				"generation": "0", "component": "1", "protocol": "udp", "port": strconv.Itoa(at.Port()), "ip": at.Address(),
				"foundation": at.Foundation(), "id": "1", "priority": strconv.Itoa(int(at.Priority())), "type": "host", "network": "0",
			}},
			"xmlns":    "urn:xmpp:jingle:transports:ice-udp:1",
			"rtcp-mux": true,
		},
		"audio": map[string]any{
			"payload-types": list{{
				"id": opus, "name": "opus", "clockrate": 48000, "channels": 2,
				"parameters": map[string]any{"minptime": 10, "useinbandfec": 1}, "rtcp-fbs": list{{"type": "transport-cc"}},
			}},
			"rtp-hdrexts": list{{"id": audioLevel, "uri": audioLevelURI}, {"id": transportCc, "uri": transportCcURI}},
		},
		"video": map[string]any{
			"endpoint": endpoint,
			"payload-types": list{
				{"id": vp8, "name": "VP8", "clockrate": 90000, "parameters": []any{}, "rtcp-fbs": feedback},
				{"id": vp8Rtx, "name": "rtx", "clockrate": 90000, "parameters": map[string]any{"apt": vp8}},
			},
			"rtp-hdrexts":    list{{"id": absSendTime, "uri": absSendTimeURI}, {"id": transportCc, "uri": transportCcURI}},
			"server_sources": []int{},
		},
	}
	text, _ := json.Marshal(answer)
	return string(text)
}
