"""The law of the country, for everybody who signs in: whole, searched, or of those whom it protects. And what
its pack shows and plays.
"""

from __future__ import annotations

from itertools import groupby

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from kimbilio.packs.law_text import law_book, protected_by_law, verify_words
from kimbilio.server.access.doors import actor_of, as_member

from .parts import part_of
from .selectors import language_now, pack_for, word

LEVELS: dict[str, Promise] = {
    "national": _("Law of this country"),
    "regional": _("Law of the region"),
    "international": _("Law of the world"),
}
KEPT = 30 * 24 * 3600  # seconds that a browser keeps a picture or recording
MOST_WORDS = 100  # letters of a search


@require_http_methods(["GET", "POST"])
@as_member()
def law(request: HttpRequest) -> HttpResponse:
    """What is looked for comes by POST: whom somebody reads about must not stand in an address or a log."""
    pack, language = pack_for(actor_of(request).organisation), language_now()
    named = protected_by_law(pack)
    words = request.POST.get("words", "")[:MOST_WORDS].strip()
    protects = request.POST.get("protects", "")
    protects = protects if protects in named else ""
    books = law_book(pack, language, protects=protects, words=words)
    return render(
        request,
        "country/law.html",
        {
            "country": word(pack, "pack:name"),
            "reviewed": pack.reviewed_by_country_team,
            "groups": [
                (level, LEVELS[level], list(found))
                for level, found in groupby(books, key=lambda book: book.level)
            ],
            "count": sum(len(book.provisions) for book in books),
            "whole": len(pack.laws),
            "words": words,
            "protects": protects,
            "protected": word(pack, f"category:{protects}") if protects else "",
            "categories": [(id_, word(pack, f"category:{id_}")) for id_ in named],
            "verify": verify_words(language),
        },
    )


@require_safe
def medium(request: HttpRequest, name: str) -> HttpResponseBase:
    """A picture or recording of the pack that the member's organisation works with."""
    response = _medium(request, name=name)
    if response.status_code in (200, 206):
        # Nothing in it is about a person, and a changed file has another address.
        response.headers["Cache-Control"] = f"private, max-age={KEPT}, immutable"
        del response.headers["Expires"]
    return response


@as_member()
def _medium(request: HttpRequest, name: str) -> HttpResponse:
    found = pack_for(actor_of(request).organisation).media.named(name)
    if found is None:
        raise Http404
    response = part_of(request, found.content, found.type)
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
