"""The law of the country, for everybody who signs in: whole, searched, or of those whom it protects."""

from __future__ import annotations

from itertools import groupby

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from kimbilio.packs.law_text import law_book, protected_by_law, verify_words
from kimbilio.server.access.doors import actor_of, as_member

from .selectors import language_now, pack_for, word

LEVELS: dict[str, Promise] = {
    "national": _("Law of this country"),
    "regional": _("Law of the region"),
    "international": _("Law of the world"),
}
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
