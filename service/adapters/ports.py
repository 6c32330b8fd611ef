"""Where a server will listen: taken before anything is promised to anybody."""

import socket


class PortTaken(Exception):  # noqa: N818 - what happened, like the service's other failures
    """The address cannot be served: another program listens there, or it is none of this machine's."""

    def __init__(self, host: str, port: int, reason: str) -> None:
        super().__init__(f"{host}:{port} cannot be served: {reason}. Choose another EVENHAND_HOST or EVENHAND_PORT.")


def bound_sockets(host: str, port: int) -> list[socket.socket]:
    """One socket for each address of `host`, bound and not yet listening, so that callers are refused until it is.

    PortTaken where one of them cannot be had; then none is kept.
    """
    sockets: list[socket.socket] = []
    try:
        for family, kind, protocol, _, address in socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        ):
            bound = socket.socket(family, kind, protocol)
            sockets.append(bound)
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family == socket.AF_INET6:
                bound.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            bound.bind(address)
    except OSError as error:
        for bound in sockets:
            bound.close()
        raise PortTaken(host, port, error.strerror or str(error)) from error
    return sockets
