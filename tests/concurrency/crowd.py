"""Readers in a process of their own: `python -m tests.concurrency.crowd PORT PAUSE…`, only the standard library.

A pause is how many seconds a reader waits after each piece; `stalled` reads nothing after the answer's head. Tells
`reading` once every answer has begun; when its input ends, how many bytes each was told of and got, and when the last.
"""

import asyncio
import json
import sys
import time

PIECE = 1 << 16


class Reader:
    """Somebody who reads, at once, slowly, or not at all after the first bytes."""

    def __init__(self, pause: str) -> None:
        self.pause_s = None if pause == "stalled" else float(pause)
        self.told, self.got, self.last_at = 0, 0, 0.0
        self.begun = asyncio.Event()

    async def read(self, port: int) -> None:
        """One answer, as far as it comes; of a connection that breaks what came before."""
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=PIECE)
        writer.write(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n")
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        self.told = int(head.partition(b"content-length:")[2].partition(b"\r\n")[0])
        self.begun.set()
        try:
            while self.pause_s is not None and (some := await reader.read(PIECE)):
                self.got, self.last_at = self.got + len(some), time.monotonic()
                await asyncio.sleep(self.pause_s)
            await asyncio.Event().wait()
        except ConnectionError:
            pass
        finally:
            writer.transport.abort()


async def main(port: int, pauses: list[str]) -> None:
    """Everybody reads until the input ends."""
    readers = [Reader(pause) for pause in pauses]
    reading = [asyncio.create_task(one.read(port)) for one in readers]
    await asyncio.gather(*(one.begun.wait() for one in readers))
    sys.stdout.write("reading\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.read)
    for one in reading:
        one.cancel()
    await asyncio.gather(*reading, return_exceptions=True)
    sys.stdout.write(json.dumps([[one.told, one.got, one.last_at] for one in readers]))


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), sys.argv[2:]))
