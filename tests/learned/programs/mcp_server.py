"""A server of MCP over HTTP. Prints its port."""

import socket
import sys

import uvicorn
from mcp.server.mcpserver import MCPServer

server = MCPServer("learned")


@server.tool()
def add(a: int, b: int) -> int:
    """Add two numbers."""
    return a + b


listener = socket.socket()
listener.bind(("127.0.0.1", 0))
sys.stdout.write(f"{listener.getsockname()[1]}\n")
sys.stdout.flush()
config = uvicorn.Config(server.streamable_http_app(), log_level="error")
uvicorn.Server(config).run(sockets=[listener])
