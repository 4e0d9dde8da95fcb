"""Publishing a version of a form."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from django.db import transaction as db
from django.utils import timezone

from kimbilio.packs import Pack

from .errors import EmptyFile
from .models import FormMedia, FormVersion
from .turns import line_up

if TYPE_CHECKING:
    from kimbilio.packs.compiler import CompiledForm


def form_publish(*, pack: Pack, kind: str = "screening") -> FormVersion:
    """Compile a form of the pack and publish it. Raises kimbilio.packs.PackError."""
    from kimbilio.packs.compiler import compile_form  # brings pyxform, which no web process needs

    return version_publish(pack=pack.id, kind=kind, compiled=compile_form(pack, kind))


def forms_publish(*, pack: Pack) -> list[FormVersion]:
    """Publish every form of the pack. Raises kimbilio.packs.PackError."""
    return [form_publish(pack=pack, kind=kind) for kind in pack.forms]


@db.atomic
def version_publish(*, pack: str, kind: str, compiled: CompiledForm) -> FormVersion:
    """Publish a compiled form and retire the version before it, which stays accepted.

    The version names the content, so publishing it again changes nothing; an older one may come back. Raises
    EmptyFile: a phone that cannot fetch a file cannot fill in the form.
    """
    if not all(compiled.media.values()):
        raise EmptyFile
    line_up(compiled.form_id)
    form = FormVersion.objects.filter(form_id=compiled.form_id, version=compiled.version).first()
    current = FormVersion.objects.filter(form_id=compiled.form_id, retired_at=None)
    if form is not None and form.retired_at is None:
        return form
    current.update(retired_at=timezone.now())
    if form is not None:
        form.retired_at = None
        form.save(update_fields=["retired_at"])
        return form
    form = FormVersion.objects.create(
        pack=pack,
        kind=kind,
        form_id=compiled.form_id,
        version=compiled.version,
        name=compiled.name,
        xform=compiled.xform,
        hash=compiled.hash,
    )
    FormMedia.objects.bulk_create(
        FormMedia(form=form, name=name, content=content, hash=openrosa_hash(content))
        for name, content in compiled.media.items()
    )
    return form


def openrosa_hash(content: bytes) -> str:
    """The hash of a file as form lists and manifests give it."""
    return f"md5:{hashlib.md5(content, usedforsecurity=False).hexdigest()}"
