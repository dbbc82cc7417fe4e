// What is written in the room: the last lines, and a line of one's own.
const SHOWN = 8;

/**
 * @param {{ lines: HTMLElement, form: HTMLFormElement, text: HTMLInputElement, participant: string, token?: string,
 *   room: () => string, failed: (reason: string) => void }} options `failed` is told why a line was not sent
 * @returns {{ refresh(): Promise<void> }}
 */
export function createChat({ lines, form, text, participant, token, room, failed }) {
  const headers = token ? { authorization: `Bearer ${token}` } : {};
  const path = () => `/rooms/${encodeURIComponent(room())}/messages`;
  let shown = '';

  const refresh = async () => {
    const response = await fetch(`${path()}?participant=${participant}`, { headers });
    if (!response.ok) return;
    const { messages } = await response.json();
    const last = messages.slice(-SHOWN);
    // A screen reader reads again what is put in again.
    if (JSON.stringify(last) === shown) return;
    shown = JSON.stringify(last);
    lines.replaceChildren(...last.map(lineOf));
  };

  const send = async () => {
    const said = text.value.trim();
    if (!said || !room()) return;
    try {
      const response = await fetch(path(), {
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/json' },
        body: JSON.stringify({ text: said, participant, name: `Guest ${participant.slice(0, 4)}` }),
      });
      if (!response.ok) throw new Error((await response.json()).error.message);
      text.value = '';
      await refresh();
    } catch (error) {
      failed(error instanceof TypeError ? 'The server does not answer.' : error.message);
    }
  };
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void send();
  });
  return { refresh };
}

/** Text only: what others write is nothing that the page obeys. */
function lineOf({ from, text }) {
  const item = document.createElement('li');
  const name = document.createElement('b');
  name.textContent = from ?? 'voxgraph';
  item.append(name, ` ${text}`);
  return item;
}
