"""What serves a floor: uvicorn, set as the emulator sets it."""

import socket
import sys
from typing import Any

import orjson
import uvicorn


def serve(app: Any) -> None:
    """Serve on the port after `--port`, 0 for a free one, and print the address as one line of JSON.

    Args:
        app: an ASGI application.
    """
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.bind(("127.0.0.1", int(sys.argv[sys.argv.index("--port") + 1])))
    sock.listen(2048)
    print(orjson.dumps({"url": f"http://127.0.0.1:{sock.getsockname()[1]}"}).decode(), flush=True)
    config = uvicorn.Config(
        app,
        http="httptools",
        loop="uvloop",
        ws="none",
        lifespan="off",
        interface="asgi3",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_keep_alive=75,
    )
    uvicorn.Server(config).run(sockets=[sock])
