"""A certificate of our own for this machine, made afresh by each run."""

import ssl
from datetime import UTC, datetime, timedelta
from functools import cache
from ipaddress import ip_address
from pathlib import Path
from tempfile import TemporaryDirectory

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


@cache
def _self_signed(*, for_this_machine: bool) -> tuple[bytes, bytes]:
    """Certificate and key in PEM; with another host's name where not `for_this_machine`."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail test")])
    names: list[x509.GeneralName] = (
        [x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))]
        if for_this_machine
        else [x509.DNSName("elsewhere.example")]
    )
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    return (
        certificate.public_bytes(serialization.Encoding.PEM),
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ),
    )


def server_context(*, for_this_machine: bool = True) -> ssl.SSLContext:
    """For the server: presents the certificate."""
    certificate, key = _self_signed(for_this_machine=for_this_machine)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with TemporaryDirectory() as folder:
        chain = Path(folder, "chain.pem")
        chain.write_bytes(certificate + key)
        context.load_cert_chain(chain)
    return context


def client_context(*, for_this_machine: bool = True) -> ssl.SSLContext:
    """For the client: trusts that certificate alone, and checks the host's name."""
    certificate, _ = _self_signed(for_this_machine=for_this_machine)
    return ssl.create_default_context(cadata=certificate.decode("ascii"))
