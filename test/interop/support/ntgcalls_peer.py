"""A participant of group calls by ntgcalls, the native engine of pytgcalls, without any MTProto.

Reads one JSON object a line from standard input, `{"id": n, "op": name, ...}`, and answers each with `{"id": n, ...}` or
`{"id": n, "error": text}`. Its end is the end of standard input. `ntgcalls_peer.py FOLDER`: where ntgcalls is installed.
"""

import asyncio
import base64
import json
import os
import sys

sys.path.insert(0, sys.argv[1])
from ntgcalls import (  # noqa: E402
    AudioDescription,
    ConnectionState,
    MediaDescription,
    MediaSource,
    NTgCalls,
    SsrcGroup,
    StreamDevice,
    StreamMode,
    VideoDescription,
)

RATE = 48_000
# What is kept of each voice: the newest 20 s of 16-bit mono.
KEEP_BYTES = 20 * RATE * 2


class Peer:
    def __init__(self):
        self.engine = NTgCalls()
        self.connected = {}
        self.loop = asyncio.get_running_loop()
        self.voices = {}
        self.pictures = {}
        self.engine.on_connection_change(self.on_connection)
        self.engine.on_frames(self.on_frames)

    # ntgcalls calls these from threads of its own.
    def on_connection(self, call, info):
        if info.state == ConnectionState.CONNECTED:
            self.loop.call_soon_threadsafe(self.connected[call].set)

    def on_frames(self, _call, mode, device, frames):
        if mode != StreamMode.PLAYBACK:
            return
        for frame in frames:
            data = bytes(frame.data)
            if device == StreamDevice.MICROPHONE:
                voice = self.voices.setdefault(frame.ssrc, bytearray())
                voice += data
                del voice[: max(0, len(voice) - KEEP_BYTES)]
            else:
                seen = self.pictures.setdefault(device.name.lower(), {"count": 0})
                seen.update(
                    ssrc=frame.ssrc,
                    width=frame.frame_data.width,
                    height=frame.frame_data.height,
                    count=seen["count"] + 1,
                    data=data,
                )

    async def join(self, call=1, sound=None, picture=None, listen=True, look=True, record=None):
        """Makes a call that sends these files, and mixes voices to one if wanted; gives the parameters of its join."""
        self.connected[call] = asyncio.Event()
        params = await self.engine.create_call(call)
        microphone = sound and AudioDescription(MediaSource.FILE, RATE, 1, sound, False)
        camera = picture and VideoDescription(
            MediaSource.FILE, picture["width"], picture["height"], picture["frameRate"], picture["path"], False
        )
        await self.engine.set_stream_sources(call, StreamMode.CAPTURE, MediaDescription(microphone, None, camera, None))
        # Others' microphones and cameras are what is played back; pictures are scaled to this size.
        voices = AudioDescription(MediaSource.EXTERNAL, RATE, 1, "", False) if listen else None
        if record:
            voices = AudioDescription(MediaSource.FILE, RATE, 1, record, False)
        cameras = VideoDescription(MediaSource.EXTERNAL, 320, 240, 30, "", False) if look else None
        if voices or cameras:
            await self.engine.set_stream_sources(call, StreamMode.PLAYBACK, MediaDescription(voices, None, cameras, None))
        return {"params": params}

    async def connect(self, answer, call=1):
        await self.engine.connect(call, answer, False)
        await asyncio.wait_for(self.connected[call].wait(), 20)
        return {}

    async def look(self, endpoint, groups, user=2, call=1):
        """Wants somebody's picture."""
        await self.engine.add_incoming_video(
            call, user, endpoint, [SsrcGroup(group["semantics"], group["sources"]) for group in groups]
        )
        return {}

    async def heard(self):
        return {
            "voices": [
                {"ssrc": ssrc, "pcm": base64.b64encode(bytes(pcm)).decode()} for ssrc, pcm in list(self.voices.items())
            ]
        }

    async def seen(self):
        """The newest picture of each kind, by the mean of its planes (I420)."""
        return {"pictures": {kind: describe(seen) for kind, seen in list(self.pictures.items())}}

    async def leave(self, call=1):
        await self.engine.stop(call)
        return {}


def describe(seen):
    data, width, height = seen["data"], seen["width"], seen["height"]
    luma, chroma = width * height, ((width + 1) // 2) * ((height + 1) // 2)
    planes = [data[:luma], data[luma : luma + chroma], data[luma + chroma :]]
    known = {key: value for key, value in seen.items() if key != "data"}
    return {**known, "yuv": [sum(plane) / max(1, len(plane)) for plane in planes]}


async def main():
    peer = Peer()
    reader = asyncio.StreamReader(limit=1 << 20)
    await peer.loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        request = json.loads(line)
        number, op = request.pop("id"), request.pop("op")
        try:
            answer = await getattr(peer, op)(**request)
        except Exception as error:  # Whatever went wrong is the test's to tell.
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps({"id": number, **answer}), flush=True)
    # Python's own end waits for threads that ntgcalls has still running, and aborts.
    os._exit(0)


asyncio.run(main())
