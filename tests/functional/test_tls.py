"""The portal behind TLS, as the real one is: the same protocol, the same limits, and nobody else in its place."""

import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import IPv4Address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from etf_common.errors import PortalError
from extract.transport import Budget, Transport

TOKEN = "YYY101_a%2bb|c=="
AGENT = "tests (+mailto:tests@example.com)"


class _Portal(BaseHTTPRequestHandler):
    """Answers with what it was asked; `/drip` never comes to an end of its headers."""

    protocol_version = "HTTP/1.1"
    over = threading.Event()

    def do_GET(self) -> None:
        if self.path == "/drip":
            self.close_connection = True
            self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Padding: ")
            while not self.over.wait(0.05):
                self.wfile.write(b"x")
            return
        body = self.requestline.encode() * 10_000
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET  # noqa: N815 - http.server's own name for it

    def log_message(self, *_: object) -> None:
        """Nothing: what it says is for nobody."""


def make_certificate(folder: Path) -> Path:
    """A certificate and its key for 127.0.0.1, signed by itself, in one file."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "portal")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    path = folder / "portal.pem"
    path.write_bytes(key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain) + certificate.public_bytes(pem))
    return path


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    return make_certificate(tmp_path)


@pytest.fixture
def url(certificate: Path) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Portal)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    _Portal.over.clear()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"https://127.0.0.1:{server.server_port}"
    _Portal.over.set()
    server.shutdown()
    server.server_close()


@pytest.fixture
def transport() -> Iterator[Transport]:
    budget = Budget(seconds=10.0, patience=1.0, connect_seconds=1.0, read_seconds=1.0)
    with Transport(AGENT, budget, sleep=lambda _: None) as transport:
        yield transport


def test_the_token_goes_out_as_it_is_and_answers_come_whole(
    url: str, certificate: Path, transport: Transport, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))

    page = transport.get(f"{url}/page")
    answer = transport.post(f"{url}/module.asp", query=TOKEN, form="inputs=x", headers={})

    # On one connection, one after the other
    assert page.body == b"GET /page HTTP/1.1" * 10_000
    assert answer.body == f"POST /module.asp?{TOKEN} HTTP/1.1".encode() * 10_000


def test_a_drip_ends_when_patience_does(
    url: str, certificate: Path, transport: Transport, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    with pytest.raises(PortalError, match="given up, since it went on for too long"):
        transport.get(f"{url}/drip")


def test_whoever_cannot_prove_to_be_the_portal_is_not_believed(url: str, transport: Transport) -> None:
    with pytest.raises(PortalError, match="failed: its certificate is not to be trusted"):
        transport.get(f"{url}/page")
