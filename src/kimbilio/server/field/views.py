"""The OpenRosa door: list, form, manifest, media, submission. Success is said only after the commit."""

from __future__ import annotations

import logging
from xml.etree.ElementTree import Element, SubElement

from django.http import HttpRequest, HttpResponse
from django.views.decorators.gzip import gzip_page

from kimbilio.packs.media import TYPES
from kimbilio.server.forms.models import PhoneKey
from kimbilio.server.forms.phone_keys import hash_for, phone_key_find, xform_for
from kimbilio.server.forms.publishing import openrosa_hash
from kimbilio.server.forms.selectors import form_get, forms_listed, media_of
from kimbilio.server.forms.services import submission_receive
from kimbilio.server.kernel.errors import NotVisible
from kimbilio.server.kernel.rows import acting_for

from . import lists
from .answers import LIST, MANIFEST, XML, document, message
from .door import Caller, openrosa
from .parts import parts_read
from .sentences import told

log = logging.getLogger(__name__)


@openrosa("GET", "HEAD")
def form_list(request: HttpRequest, caller: Caller) -> HttpResponse:
    """The forms to be filled in now; `formID` narrows the list, `listAllVersions` adds what was retired.

    `verbose` has nothing to add, since no form has a description; every other parameter is tolerated.
    """
    asked, retired = request.GET.get("formID", ""), request.GET.get("listAllVersions") == "true"
    root = Element("xforms", xmlns=LIST)
    key = _phone_key(caller)
    for form in forms_listed(caller.pack, asked, retired=retired).prefetch_related("media"):
        entry = SubElement(root, "xform")
        SubElement(entry, "formID").text = form.form_id
        SubElement(entry, "name").text = form.name
        SubElement(entry, "version").text = form.version
        SubElement(entry, "hash").text = hash_for(form, key)
        SubElement(entry, "downloadUrl").text = caller.address(
            request, "form", form_id=form.form_id, version=form.version
        )
        if form.media.all() or lists.list_files(form):
            SubElement(entry, "manifestUrl").text = caller.address(
                request, "manifest", form_id=form.form_id, version=form.version
            )
    return document(root)


@openrosa("GET", "HEAD")
@gzip_page  # six languages are a sixth of the bytes; ODK Collect unpacks them before it compares the hash
def form(request: HttpRequest, caller: Caller, form_id: str, version: str) -> HttpResponse:
    """The XForm itself, retired versions included; with the organisation's key if phones encrypt."""
    xform = xform_for(form_get(form_id, version, pack=caller.pack), _phone_key(caller))
    return HttpResponse(xform, content_type=XML)


def _phone_key(caller: Caller) -> PhoneKey | None:
    with acting_for(caller.device.organisation_id):
        return phone_key_find(caller.device.organisation_id)


@openrosa("GET", "HEAD")
def manifest(request: HttpRequest, caller: Caller, form_id: str, version: str) -> HttpResponse:
    """The files that a form shows, and the lists of the officer's own that it draws on."""
    root = Element("manifest", xmlns=MANIFEST)
    published = form_get(form_id, version, pack=caller.pack)
    files = {medium.name: medium.hash for medium in media_of(published).defer("content")}
    drawn = lists.list_files(published)
    for name, listed in drawn.items():
        files[name] = openrosa_hash(lists.list_content(caller.device, caller.pack, listed))
    for name, content_hash in files.items():
        entry = SubElement(root, "mediaFile")
        SubElement(entry, "filename").text = name
        SubElement(entry, "hash").text = content_hash
        SubElement(entry, "downloadUrl").text = caller.address(
            request, "media", form_id=form_id, version=version, name=name
        )
        if name in drawn:
            entry.set("type", "entityList")
            SubElement(entry, "integrityUrl").text = caller.address(request, "integrity", name=drawn[name])
    return document(root)


@openrosa("GET", "HEAD")
def media(request: HttpRequest, caller: Caller, form_id: str, version: str, name: str) -> HttpResponse:
    """One file that a form shows, or one list; what of it goes onto the phone is written down."""
    published = form_get(form_id, version, pack=caller.pack)
    if listed := lists.list_files(published).get(name):
        content = lists.list_carry(caller.device, caller.pack, listed)
        return HttpResponse(content, content_type="text/csv; charset=utf-8")
    medium = media_of(published).filter(name=name).first()
    if medium is None:
        raise NotVisible
    kind = TYPES.get(name.rpartition(".")[2], "application/octet-stream")
    return HttpResponse(bytes(medium.content), content_type=kind)


@openrosa("GET", "HEAD")
def integrity(request: HttpRequest, caller: Caller, name: str) -> HttpResponse:
    """Which records of a list a phone must drop: `id` holds their ids, divided by commas."""
    ids = [given for given in request.GET.get("id", "").split(",") if given]
    return document(lists.integrity(caller.device, ids))


@openrosa("HEAD", "POST")
def submission(request: HttpRequest, caller: Caller) -> HttpResponse:
    """HEAD tells a client that it may send and how much; POST takes one filled form with its files."""
    if request.method == "HEAD":
        return HttpResponse(status=204)
    parts = parts_read(request)
    with acting_for(caller.device.organisation_id):
        receipt = submission_receive(device=caller.device, xml=parts.xml, files=parts.files)
    if receipt.left_out:
        log.warning("A form came with %s files that it does not name; they were left out.", receipt.left_out)
    return message(*told(receipt))


@openrosa("GET", "HEAD", "POST")
def nothing(request: HttpRequest, caller: Caller, rest: str) -> HttpResponse:
    """Whatever else is asked for behind a live token."""
    raise NotVisible
