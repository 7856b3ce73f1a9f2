"""HTTP to a server of a district: requests go to addresses that were judged, and to no others."""

from __future__ import annotations

import ssl
from urllib.request import getproxies, proxy_bypass

import httpx2

from homeroom.roster.faults import Refused
from homeroom.systems.reach import NotLookedUp, Reach


class Reached(httpx2.BaseTransport):
    """Looks the server up, judges its addresses and connects to one of them. The server is still called, and its certificate
    checked, by its name.

    Where the environment names a proxy, it is the proxy that connects, and its rules decide about names; what is an address is judged
    here all the same.
    """

    def __init__(self, reach: Reach, verify: ssl.SSLContext) -> None:
        self._reach, self._verify = reach, verify
        self._direct = httpx2.HTTPTransport(verify=verify, trust_env=False)
        self._proxies: dict[str, httpx2.HTTPTransport] = {}

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send one request. Raises Refused (`no_public_address`)."""
        host, port = request.url.host, request.url.port or (443 if request.url.scheme == "https" else 80)
        proxy = _proxy(request.url.scheme, host)
        if proxy is not None:
            if not self._reach.allows(host, port):
                raise Refused("no_public_address", host=host)
            return self._through(proxy).handle_request(request)
        try:
            addresses = self._reach.addresses(host, port)
        except NotLookedUp as trouble:
            raise httpx2.ConnectError(str(trouble), request=request) from None
        request.extensions = {**request.extensions, "sni_hostname": host}
        named = request.url
        for address in addresses[:-1]:
            request.url = named.copy_with(host=address)
            try:
                return self._direct.handle_request(request)
            except (httpx2.ConnectError, httpx2.ConnectTimeout):
                continue  # nothing was sent; the server may listen at its next address
        request.url = named.copy_with(host=addresses[-1])
        return self._direct.handle_request(request)

    def close(self) -> None:
        """Let go of the connections."""
        self._direct.close()
        for through in self._proxies.values():
            through.close()

    def _through(self, proxy: str) -> httpx2.HTTPTransport:
        if proxy not in self._proxies:
            self._proxies[proxy] = httpx2.HTTPTransport(verify=self._verify, proxy=httpx2.Proxy(proxy))
        return self._proxies[proxy]


def _proxy(scheme: str, host: str) -> str | None:
    """The proxy that the environment names for a server."""
    named = getproxies()
    found = named.get(scheme) or named.get("all")
    if not found or proxy_bypass(host):
        return None
    return found if "://" in found else f"http://{found}"
