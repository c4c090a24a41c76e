"""Attacks over sockets: nothing outside is spoken to, on the machine or beyond."""

from tests.attacks.attack import Attack, attempt, cell, harmless

ATTACKS = (
    Attack(
        name="internet",
        must_not="an address outside of the machine is reached, or even waited for",
        cells=(
            cell("""
            import socket
            for address in (("192.0.2.1", 80), ("2001:db8::1", 80)):
                try:
                    socket.create_connection(address, 3)
                    print("ESCAPED")
                except TimeoutError:
                    print("ESCAPED: packets were sent")
                except OSError as error:
                    print("REFUSED", error)
            """),
        ),
    ),
    Attack(
        name="name service",
        must_not="a name is looked up outside",
        cells=(attempt("import socket; socket.getaddrinfo('example.com', 80)"),),
    ),
    Attack(
        name="loopback of the machine, TCP",
        must_not="a service that listens on 127.0.0.1 is spoken to",
        cells=(attempt("import socket; socket.create_connection(('127.0.0.1', {tcp_port}), 3).send(b'hello')"),),
        quick=True,
    ),
    Attack(
        name="loopback of the machine, UDP",
        must_not="a service that listens on 127.0.0.1 gets a packet",
        cells=(
            cell("""
            import socket, time
            try:
                socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"hello", ("127.0.0.1", {udp_port}))
            except OSError as error:
                print(error)
            time.sleep(0.2)
            """),
        ),
        verdict=harmless,
    ),
    Attack(
        name="abstract sockets",
        must_not="a socket without a file is spoken to",
        cells=(
            attempt("import socket; socket.socket(socket.AF_UNIX).connect('\\0{abstract}')"),
            attempt(
                "import socket; socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)"
                ".sendto(b'hello', '\\0{abstract}-datagrams')"
            ),
        ),
    ),
    Attack(
        name="sockets in folders",
        must_not="a socket in the file system (a database's, Docker's) is spoken to",
        cells=(
            attempt("import socket; socket.socket(socket.AF_UNIX).connect('{path_socket}')"),
            attempt(
                "import socket; socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).sendto(b'hello', '{outside}/datagrams')"
            ),
            attempt(
                "import socket; socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)"
                ".sendmsg([b'hello'], [], 0, '{outside}/datagrams')"
            ),
            attempt("import socket; socket.socket(socket.AF_UNIX).connect('/var/run/docker.sock')"),
        ),
    ),
    Attack(
        name="other kinds of sockets",
        must_not="raw packets, virtual machines' sockets or the kernel's own sockets are to be had",
        cells=(
            attempt("import socket; socket.socket(socket.AF_PACKET, socket.SOCK_RAW)"),
            attempt("import socket; socket.socket(socket.AF_INET, socket.SOCK_RAW, 1)"),
            attempt("import socket; socket.socket(socket.AF_NETLINK, socket.SOCK_RAW)"),
            attempt("import socket; socket.socket(40, socket.SOCK_STREAM)  # AF_VSOCK"),
            attempt("import socket; socket.socket(38, socket.SOCK_SEQPACKET)  # AF_ALG"),
            attempt("import socket; socket.socket(31, socket.SOCK_RAW)  # AF_BLUETOOTH"),
        ),
    ),
)
