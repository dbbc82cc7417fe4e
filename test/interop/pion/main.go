// A forwarding server for calls by Pion, for tests: joins in Telegram's JSON, ICE-lite, DTLS begun by the server.
//
// Reads one JSON object a line from standard input, {"id": n, "op": name, ...}, and answers each with {"id": n, ...}. Ends with standard input.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"sync"
)

type request struct {
	ID     int    `json:"id"`
	Op     string `json:"op"`
	User   string `json:"user"`
	Params string `json:"params"`
	// Every n-th packet of pictures is let fall; 0: none.
	LoseEvery int    `json:"loseEvery"`
	Text      string `json:"text"`
}

var (
	lock    sync.Mutex
	clients = map[string]*client{}
)

func others(of *client) []*client {
	lock.Lock()
	defer lock.Unlock()
	var found []*client
	for _, one := range clients {
		if one != of {
			found = append(found, one)
		}
	}
	return found
}

func find(user string) (*client, error) {
	lock.Lock()
	defer lock.Unlock()
	if one, ok := clients[user]; ok {
		return one, nil
	}
	return nil, fmt.Errorf("%s has not joined", user)
}

func handle(asked request) (map[string]any, error) {
	switch asked.Op {
	case "join":
		one, answer, err := join(asked.User, asked.Params)
		if err != nil {
			return nil, err
		}
		lock.Lock()
		before := clients[asked.User]
		clients[asked.User] = one
		lock.Unlock()
		if before != nil {
			before.close()
		}
		return map[string]any{"answer": answer}, nil
	case "leave":
		lock.Lock()
		one := clients[asked.User]
		delete(clients, asked.User)
		lock.Unlock()
		if one != nil {
			one.close()
		}
		return map[string]any{}, nil
	case "size":
		lock.Lock()
		defer lock.Unlock()
		return map[string]any{"size": len(clients)}, nil
	}
	one, err := find(asked.User)
	if err != nil {
		return nil, err
	}
	switch asked.Op {
	case "lose":
		one.loseEvery.Store(int64(asked.LoseEvery))
		return map[string]any{}, nil
	case "say":
		return map[string]any{}, one.say(asked.Text)
	case "seen":
		return one.seen(), nil
	}
	return nil, fmt.Errorf("no %s", asked.Op)
}

func main() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var asked request
		answer, err := map[string]any(nil), json.Unmarshal(lines.Bytes(), &asked)
		if err == nil {
			answer, err = handle(asked)
		}
		if err != nil {
			answer = map[string]any{"error": err.Error()}
		}
		answer["id"] = asked.ID
		text, _ := json.Marshal(answer)
		fmt.Println(string(text))
	}
}
