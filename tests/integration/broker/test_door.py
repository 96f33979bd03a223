"""The door for homes: TLS with one authority, or nothing; never a word in clear."""

import asyncio
import ssl
from datetime import timedelta
from pathlib import Path

import aiomqtt
import pytest

from cli.broker import INGEST, LOOPBACK
from cli.certificates import keep_own, own_files
from cli.self_test import Door, is_let_in
from domain.clock import RealClock
from messaging.client import BrokerSettings, make_client
from messaging.connection import TidyClient, bare_line
from messaging.topics import UP_FILTER, Up, up
from tests.integration.broker.city import LONGEST_S, PUBLIC_HOST, City, until

SECRET = b"a reading that nobody else may see"


def context_of(base: Path, *, host: str = PUBLIC_HOST, age: timedelta = timedelta()) -> Path:
    """Make a foreign authority with a certificate; returns the folder."""
    keep_own(base, host, now=RealClock().now() - age)
    return base


class Tap:
    """A proxy that writes down what goes over the line."""

    def __init__(self, port: int) -> None:
        """Pass everything on to a port of the loopback."""
        self._port = port
        self.seen = bytearray()

    async def __aenter__(self) -> int:
        """Listen; returns the port."""
        self._server = await asyncio.start_server(self._serve, LOOPBACK, 0)
        return int(self._server.sockets[0].getsockname()[1])

    async def __aexit__(self, *exc: object) -> None:
        """Stop."""
        self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with (
                bare_line(LOOPBACK, self._port) as (far_reader, far_writer),
                asyncio.TaskGroup() as group,
            ):
                group.create_task(self._copy(reader, far_writer))
                group.create_task(self._copy(far_reader, writer))
        finally:
            writer.close()

    async def _copy(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while chunk := await reader.read(65_536):
            self.seen += chunk
            writer.write(chunk)
        if writer.can_write_eof():
            writer.write_eof()


async def test_a_gateway_comes_in_over_tls_and_nothing_is_readable(city: City) -> None:
    """With what it carries it gets in; of user, password, topic and payload no byte is in clear."""
    gateway = await city.add_gateway()
    await city.broker.sync()
    tap = Tap(city.settings.public_port)
    context = city.tls_context()
    context.check_hostname = False  # the tap's address is not the broker's name
    async with tap as port, city.client(INGEST) as ingest:
        await ingest.subscribe(UP_FILTER, qos=1)
        async with TidyClient(
            LOOPBACK,
            port,
            username=gateway,
            password=city.passwords[gateway],
            identifier=gateway,
            tls_context=context,
            timeout=LONGEST_S,
        ) as client:
            await client.publish(up(gateway, Up.NORMAL), SECRET, qos=1)
            await until(SECRET, ingest)

    assert len(tap.seen) > 500
    for word in (SECRET, gateway.encode(), city.passwords[gateway].encode(), b"mimamori/"):
        assert word not in tap.seen


@pytest.mark.parametrize("asks_for", ["another authority", "another name"])
async def test_a_gateway_believes_one_authority_and_one_name(
    city: City, tmp_path: Path, asks_for: str
) -> None:
    """A broker that is not ours gets neither password nor reading: the gateway hangs up first."""
    gateway = await city.add_gateway()
    await city.broker.sync()
    foreign = own_files(context_of(tmp_path / "foreign")).authority
    tap = Tap(city.settings.public_port)
    async with tap as port:
        settings = BrokerSettings(
            host="localhost" if asks_for == "another name" else LOOPBACK,
            port=port,
            username=gateway,
            password=city.passwords[gateway],
            ca_pem=foreign.read_text() if asks_for == "another authority" else authority_of(city),
        )
        with pytest.raises((aiomqtt.MqttError, ssl.SSLError)):
            async with make_client(settings, name="gateway"):
                pass

    assert city.passwords[gateway].encode() not in tap.seen


def authority_of(city: City) -> str:
    """Return what is carried to homes."""
    return own_files(city.installation.certificates).authority.read_text()


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion")
async def test_no_word_in_clear_and_no_old_tls(city: City) -> None:
    """The door answers clear text with nothing, and TLS below 1.2 not at all."""
    gateway = await city.add_gateway()
    await city.broker.sync()
    port, word = city.settings.public_port, city.passwords[gateway]
    old = city.tls_context()
    old.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    old.maximum_version = ssl.TLSVersion.TLSv1_1
    old.set_ciphers("ALL:@SECLEVEL=0")
    new = city.tls_context()

    def door(context: ssl.SSLContext | None) -> Door:
        name = None if context is None else PUBLIC_HOST
        return Door(host=LOOPBACK, port=port, context=context, server_name=name)

    assert await is_let_in(door(new), gateway, word, client_id=gateway)
    assert not await is_let_in(door(None), gateway, word, client_id=gateway)
    assert not await is_let_in(door(old), gateway, word, client_id=gateway)


async def test_a_renewed_certificate_is_taken_over(city: City) -> None:
    """A running broker shows the new one after the next look, and gateways believe it."""
    shown = await serial(city)
    files = own_files(city.installation.certificates)
    files.certificate.unlink()

    await city.broker.sync()

    for _ in range(50):
        if await serial(city) != shown:
            break
    assert await serial(city) != shown


async def serial(city: City) -> str:
    """Return the number of the certificate that the door shows, after checking it."""
    port, context = city.settings.public_port, city.tls_context()
    async with bare_line(LOOPBACK, port, tls=context, server_name=PUBLIC_HOST) as (_, writer):
        return str(writer.get_extra_info("peercert")["serialNumber"])


async def test_a_gateway_refuses_an_expired_certificate(tmp_path: Path) -> None:
    """A certificate that is over opens nothing, though its authority is believed."""
    folder = context_of(tmp_path / "old", age=timedelta(days=800))
    files = own_files(folder)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(files.certificate, files.key)
    heard = bytearray()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.extend(await reader.read(100))
        writer.close()

    listener = await asyncio.start_server(serve, LOOPBACK, 0, ssl=server)
    async with listener:
        port = int(listener.sockets[0].getsockname()[1])
        context = ssl.create_default_context(cafile=files.authority)
        door = Door(host=LOOPBACK, port=port, context=context, server_name=PUBLIC_HOST)
        assert not await is_let_in(door, "gateway", "secret", client_id="gateway")
    assert not heard
