"""IP addresses lose the part that tells one household from the next, before anything is stored."""

import ipaddress
import re
from collections.abc import Iterable
from typing import Any

_NAMES = frozenset(
    f"{before}{name}"
    for before in ("", "$", "client_", "remote_", "request_", "user_", "client", "remote", "request", "user")
    for name in ("ip", "IP", "Ip", "ip_address", "ip_addr", "ipAddress", "ipaddress", "IpAddress", "ipAddr")
)
_IPV4 = re.compile(r"(?<![\d.])(\d{1,3}\.\d{1,3}\.\d{1,3})\.\d{1,3}(?![\d.])")
_IPV6 = re.compile(r"(?<![0-9a-fA-F:.])(?=[0-9a-fA-F.]*:[0-9a-fA-F.]*:)[0-9a-fA-F:.]+(?![0-9a-fA-F:.])")
_KEPT_BITS = 48


def names_an_ip(name: str) -> bool:
    """Whether a member or an attribute of this name holds an IP address.

    >>> names_an_ip("ip"), names_an_ip("requestIP"), names_an_ip("zip")
    (True, True, False)
    """
    return name in _NAMES


def truncated(text: str) -> str:
    """A text whose IP addresses are those of their networks: /24 of IPv4, /48 of IPv6; any other text as it is.

    >>> truncated("203.0.113.77"), truncated("2001:db8:1:2::9"), truncated("10.1.2.3, ::ffff:10.1.2.3")
    ('203.0.113.0', '2001:db8:1::', '10.1.2.0, ::ffff:10.1.2.0')
    """
    text = _IPV4.sub(r"\1.0", text)
    return _IPV6.sub(_network, text) if ":" in text else text


def may_hold_ips(body: bytes) -> bool:
    """Whether JSON can have a member that is named like an IP address; looking takes less than walking through it.

    >>> may_hold_ips(b'{"clientIp":"::1"}'), may_hold_ips(b'{"skipped":1}')
    (True, False)
    """
    low = body.lower()
    return b'ip"' in low or b"ipaddr" in low or b"ip_addr" in low


def truncate_ips(value: Any) -> None:
    """Truncate, in place, every IP address under the name of one, however deep in a JSON object or list."""
    if type(value) is dict:
        for name in _NAMES.intersection(value):
            value[name] = _truncated_cell(value[name])
        parts: Iterable[Any] = value.values()
    else:
        parts = value
    for part in parts:
        if type(part) is dict or type(part) is list:
            truncate_ips(part)


def _truncated_cell(cell: Any) -> Any:
    if isinstance(cell, list):
        return [_truncated_cell(part) for part in cell]
    return truncated(cell) if isinstance(cell, str) else cell


def _network(found: re.Match[str]) -> str:
    try:
        address = ipaddress.IPv6Address(found.group())
    except ValueError:
        return found.group()
    if address.ipv4_mapped is not None:
        return found.group()
    return str(ipaddress.IPv6Network((address, _KEPT_BITS), strict=False).network_address)
