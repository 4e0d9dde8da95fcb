"""An OpenRosa client that behaves as ODK Collect does: what it sends, in which order, and what it insists on.

Knows HTTP and the behaviour of getodk/collect at 137f325 (see the checklist of the OpenRosa door). Knows
nothing of the server's insides: give it the address that a phone would be given. Standard library only.
"""

from __future__ import annotations

import hashlib
import http.client
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import quote, urlencode, urlsplit
from uuid import uuid4
from xml.etree.ElementTree import Element, ParseError

from defusedxml.ElementTree import fromstring

LIST = "{http://openrosa.org/xforms/xformsList}"
MANIFEST = "{http://openrosa.org/xforms/xformsManifest}"
RESPONSE = "{http://openrosa.org/http/response}"
WITHOUT_LENGTH_HEADER = 10_000_000
FILES_A_POST = 100


class NotOpenRosa(AssertionError):
    """The server did not answer as the standard says; the text says in what."""


class SendFailed(Exception):
    """A POST was not answered with 201 or 202; Collect keeps the form and later sends everything again."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(f"{status}: {message}")
        self.status, self.message = status, message


class AnswerLost(Exception):
    """The connection broke after the server had answered."""


@dataclass(frozen=True)
class Answer:
    """One HTTP answer."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def message(self) -> str:
        """The text of the envelope. Raises NotOpenRosa when there is none."""
        try:
            root = fromstring(self.body)
        except ParseError as fault:
            raise NotOpenRosa(f"A {self.status} came without an envelope.") from fault
        if root.tag != f"{RESPONSE}OpenRosaResponse":
            raise NotOpenRosa(f"A {self.status} came with <{root.tag}> and not with an envelope.")
        return root.findtext(f"{RESPONSE}message") or ""


@dataclass(frozen=True)
class ListedForm:
    """One form of the form list."""

    form_id: str
    name: str
    version: str
    hash: str
    download_url: str
    manifest_url: str


@dataclass
class ReplayClient:
    """A phone. `url` is the server address as it stands in Collect's settings, `…/openrosa/<token>`.

    `lose` are the numbers of POSTs, counted from 1 over the client's life, whose answer never reaches the
    phone. `seconds` is how long it waits for an answer.
    """

    url: str
    device_id: str = "collect:replay"
    lose: set[int] = field(default_factory=set)
    posts: int = 0
    seconds: float = 60
    integrity_urls: dict[str, str] = field(default_factory=dict)

    def form_list(self) -> list[ListedForm]:
        """The forms to be filled in, as Collect reads the list."""
        root = self._xml(f"{self.url.rstrip('/')}/formList", f"{LIST}xforms")
        return [
            ListedForm(*(entry.findtext(f"{LIST}{name}") or "" for name in _LISTED))
            for entry in root.iter(f"{LIST}xform")
        ]

    def download(self, form: ListedForm) -> str:
        """The XForm, checked against the hash of the list."""
        body = self._get(form.download_url).body
        if form.hash != f"md5:{hashlib.md5(body, usedforsecurity=False).hexdigest()}":
            raise NotOpenRosa("The form's bytes do not have the hash that the list gives.")
        return body.decode()

    def media(self, form: ListedForm) -> dict[str, bytes]:
        """The files of a form, by name, checked against the manifest's hashes; none without a manifest.

        A list of records is remembered with its integrity address.
        """
        if not form.manifest_url:
            return {}
        found = {}
        self.integrity_urls.clear()
        for entry in self._xml(form.manifest_url, f"{MANIFEST}manifest").iter(f"{MANIFEST}mediaFile"):
            body = self._get(entry.findtext(f"{MANIFEST}downloadUrl") or "").body
            if (
                entry.findtext(f"{MANIFEST}hash")
                != f"md5:{hashlib.md5(body, usedforsecurity=False).hexdigest()}"
            ):
                raise NotOpenRosa("A file's bytes do not have the hash that the manifest gives.")
            name = entry.findtext(f"{MANIFEST}filename") or ""
            if entry.get("type") == "entityList":
                self.integrity_urls[name] = entry.findtext(f"{MANIFEST}integrityUrl") or ""
            found[name] = body
        return found

    def deleted(self, name: str, ids: Sequence[str]) -> dict[str, bool]:
        """Which records the server says are gone, as Collect asks before it drops any from the phone."""
        root = self._xml(f"{self.integrity_urls[name]}?{urlencode({'id': ','.join(ids)})}", "data")
        return {
            entity.get("id") or "": entity.findtext("deleted") == "true"
            for entity in root.findall("entities/entity")
        }

    def send(self, xml: bytes, files: Mapping[str, bytes] | None = None) -> str:
        """Send one filled form: HEAD, then as many POSTs as the advertised length asks for.

        Returns the server's last message. Raises SendFailed, AnswerLost; whoever catches them sends all
        again.
        """
        address = self._with_device(f"{self.url.rstrip('/')}/submission")
        parts = list(_split(xml, files or {}, self._may_send(address)))
        message = ""
        for number, part in enumerate(parts, start=1):
            answer = self._post(address, xml, part, more_follows=number < len(parts))
            if answer.status not in (201, 202):
                raise SendFailed(answer.status, answer.message)
            message = answer.message
        return message

    def _may_send(self, address: str) -> int:
        answer = self._ask("HEAD", address)
        if answer.status != 204:
            raise NotOpenRosa(f"HEAD was answered with {answer.status}: is this a login page?")
        self._check_headers(answer)
        if (
            "location" in answer.headers
            and urlsplit(answer.headers["location"]).netloc != urlsplit(address).netloc
        ):
            raise NotOpenRosa("HEAD points to another host.")
        return int(answer.headers.get("x-openrosa-accept-content-length", WITHOUT_LENGTH_HEADER))

    def _post(
        self, address: str, xml: bytes, files: Sequence[tuple[str, bytes]], *, more_follows: bool
    ) -> Answer:
        self.posts += 1
        content_type, body = multipart(xml, files, more_follows=more_follows)
        answer = self._ask("POST", address, body, {"Content-Type": content_type})
        if self.posts in self.lose:
            raise AnswerLost
        if answer.status in (200, 204):
            raise NotOpenRosa(f"POST was answered with {answer.status}: is this a login page?")
        self._check_headers(answer)
        return answer

    def _xml(self, address: str, root_tag: str) -> Element:
        answer = self._get(address)
        if not answer.headers.get("content-type", "").startswith("text/xml"):
            raise NotOpenRosa("A list did not come as text/xml: is this a network proxy?")
        root: Element = fromstring(answer.body)
        if root.tag != root_tag:
            raise NotOpenRosa(f"<{root_tag}> was expected and <{root.tag}> came.")
        return root

    def _get(self, address: str) -> Answer:
        answer = self._ask("GET", self._with_device(address))
        if answer.status != 200:
            raise SendFailed(answer.status, answer.message)
        self._check_headers(answer)
        return answer

    def _check_headers(self, answer: Answer) -> None:
        if answer.headers.get("x-openrosa-version") != "1.0":
            raise NotOpenRosa(
                f"A {answer.status} came without X-OpenRosa-Version: is this an OpenRosa server?"
            )
        if "date" not in answer.headers:
            raise NotOpenRosa(f"A {answer.status} came without Date.")

    def _with_device(self, address: str) -> str:
        return f"{address}{'&' if urlsplit(address).query else '?'}{urlencode({'deviceID': self.device_id})}"

    def _ask(
        self, method: str, address: str, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> Answer:
        where = urlsplit(address)
        kind = http.client.HTTPSConnection if where.scheme == "https" else http.client.HTTPConnection
        connection = kind(where.netloc, timeout=self.seconds)
        try:
            # Collect writes the hour on a clock of twelve, so its Date may be wrong by half a day.
            sent = {"X-OpenRosa-Version": "1.0", "Date": "Tue, 24 Nov 2026 07:10:00 GMT", **(headers or {})}
            connection.request(method, f"{where.path}?{where.query}", body or None, sent)
            answer = connection.getresponse()
            lower = {name.lower(): value for name, value in answer.getheaders()}
            return Answer(answer.status, lower, answer.read())
        finally:
            connection.close()


_LISTED = ("formID", "name", "version", "hash", "downloadUrl", "manifestUrl")


def multipart(
    xml: bytes, files: Sequence[tuple[str, bytes]] = (), *, more_follows: bool = False
) -> tuple[str, bytes]:
    """The content type and the body of one POST, as Collect writes it: a part's name is its file's name."""
    boundary = str(uuid4())
    parts = [(b'name="xml_submission_file"; filename="submission.xml"', b"text/xml; charset=utf-8", xml)]
    for name, content in files:
        written = name.replace('"', "%22").encode()
        parts.append((b'name="%s"; filename="%s"' % (written, written), b"application/octet-stream", content))
    if more_follows:
        parts.append((b'name="*isIncomplete*"', b"", b"yes"))
    body = b""
    for disposition, kind, content in parts:
        body += b"--%s\r\nContent-Disposition: form-data; %s\r\n" % (boundary.encode(), disposition)
        body += b"Content-Type: %s\r\n" % kind if kind else b""
        body += b"\r\n" + content + b"\r\n"
    return f"multipart/form-data; boundary={boundary}", body + b"--%s--\r\n" % boundary.encode()


def address_of(url: str, form_id: str, version: str) -> str:
    """Where a published form lies, for asking after versions that the list no longer names."""
    return f"{url.rstrip('/')}/forms/{quote(form_id, safe='')}/{quote(version, safe='')}.xml"


def _split(xml: bytes, files: Mapping[str, bytes], limit: int) -> Iterator[list[tuple[str, bytes]]]:
    """The files of each POST, so that the XML and they stay under the limit; a file too large goes alone."""
    part: list[tuple[str, bytes]] = []
    size = len(xml)
    for name, content in files.items():
        if part and (size + len(content) > limit or len(part) >= FILES_A_POST):
            yield part
            part, size = [], len(xml)
        part.append((name, content))
        size += len(content)
    yield part
