"""The server's certificate: made for this run by a CA of our own, or the user's."""

import ipaddress
import ssl
from pathlib import Path

from okr_mock.settings import Settings, SettingsError


def tls_context(settings: Settings) -> ssl.SSLContext | None:
    """Make the TLS context that the settings ask for; None for plain http.

    Args:
        settings: `tls` with names, or `certfile` and `keyfile`.

    Raises:
        SettingsError: a file is missing or unusable, or both ways are asked for.
    """
    if settings.certfile or settings.keyfile:
        return _own(settings)
    return _made(settings) if settings.tls else None


def _own(settings: Settings) -> ssl.SSLContext:
    if settings.tls:
        raise SettingsError("--tls makes a certificate and --certfile brings one; choose one of them")
    if not (settings.certfile and settings.keyfile):
        raise SettingsError("--certfile and --keyfile go together; name both")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        context.load_cert_chain(settings.certfile, settings.keyfile)
    except (OSError, ssl.SSLError) as error:
        text = f"cannot use --certfile {settings.certfile} with --keyfile {settings.keyfile}: {error.strerror or error}"
        raise SettingsError(text) from error
    return context


def _made(settings: Settings) -> ssl.SSLContext:
    import trustme  # late: only --tls needs it

    authority = trustme.CA(organization_name="feishu-okr-mock")
    try:
        leaf = authority.issue_cert(*(name for name in settings.names if _is_certifiable(name)))
    except ValueError as error:
        raise SettingsError(f"--tls-name: {error}") from error
    try:
        Path(settings.ca_file).write_bytes(authority.cert_pem.bytes())
    except OSError as error:
        raise SettingsError(f"cannot write --ca-file {settings.ca_file}: {error.strerror}; name another") from error
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    leaf.configure_cert(context)
    return context


def _is_certifiable(name: str) -> bool:
    """Leave out the address that means every address."""
    try:
        return not ipaddress.ip_address(name).is_unspecified
    except ValueError:
        return True
