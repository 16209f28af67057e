"""Relay: passes bytes on between ports, later: ``python -m benchmarks.relay SECONDS LISTEN:TARGET ...``.

Each byte waits so many seconds in each direction; the bandwidth stays what it is.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any

HOST = "127.0.0.1"
CHUNK = 1 << 20


async def main(delay: float, pairs: list[str]) -> None:
    """Serve all pairs of ports until the process is killed."""
    for pair in pairs:
        listen, target = map(int, pair.split(":"))
        await asyncio.start_server(_joined(target, delay), HOST, listen)
    await asyncio.Event().wait()


def _joined(port: int, delay: float) -> Callable[..., Coroutine[Any, Any, None]]:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await _opened(port)
        await asyncio.gather(_passed_on(reader, back, delay), _passed_on(there, writer, delay))

    return serve


async def _opened(port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A connection, as soon as someone listens."""
    while True:
        with suppress(OSError):
            return await asyncio.open_connection(HOST, port)
        await asyncio.sleep(0.05)


async def _passed_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, delay: float) -> None:
    """What arrives is written a while later, in its order; the end too."""
    loop = asyncio.get_running_loop()
    with suppress(OSError):
        while data := await reader.read(CHUNK):
            loop.call_later(delay, writer.write, data)
    await asyncio.sleep(2 * delay)  # after the last bytes
    writer.close()


if __name__ == "__main__":
    asyncio.run(main(float(sys.argv[1]), sys.argv[2:]))
