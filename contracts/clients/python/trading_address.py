"""Where a gateway is: its address in any of the forms people write, as the one of the socket and the one of REST."""
import re

SOCKET = "/ws/events"
EXPECTED = "expected HOST:PORT, http(s)://HOST/PREFIX or ws(s)://HOST/PREFIX/ws/events"
_FORM = re.compile(r"(?:(wss?|https?)://)?([^\s/?#@:\[\]\\]+|\[[0-9a-f:.]+\])(?::([0-9]{1,5}))?(/[^\s?#\\]*)?", re.IGNORECASE)


def socket_address(text):
    """<prefix>/ws/events of an address with or without scheme, prefix, path or slash at its end. ValueError for what is none.

    The text itself is not repeated in the error: people put secrets into addresses.
    """
    text = str(text).strip()
    if "?" in text:
        raise ValueError(f"the address has a query: options are given to the client, and a token never goes into an address; {EXPECTED}")
    parts = _FORM.fullmatch(text)
    if parts is None or not 0 < int(parts[3] or 80) < 65536:
        raise ValueError(f"this is no address of a gateway: {EXPECTED}")
    scheme, host, port, path = parts.groups()
    path = (path or "").rstrip("/")
    return (
        ("wss://" if (scheme or "ws").lower() in ("wss", "https") else "ws://") + host + (f":{port}" if port else "")
        + (path if path.endswith(SOCKET) else path + SOCKET)
    )


def rest_address(socket):
    """Where /api/v1 is beside a socket, below the same prefix. The slash at the end is part of it."""
    return "http" + socket[2:-len(SOCKET)] + "/api/v1/"
