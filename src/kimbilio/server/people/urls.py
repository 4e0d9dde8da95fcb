"""Addresses of the room `people`. A case code may stand in an address; a name never does."""

from __future__ import annotations

from django.urls import path, register_converter

from . import erasing_views, views


class CodeConverter:
    """A case code with its episode: `K-7Q4M-2XPB-5` or `K-7Q4M-2XPB-5/2`."""

    regex = r"K-[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z](?:/[0-9]+)?"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(CodeConverter, "code")

app_name = "people"
urlpatterns = [
    path("", views.work, name="work"),
    path("cases/", views.cases, name="cases"),
    path("cases/find/", views.case_find, name="find"),
    path("journal/why/", views.why_find, name="why_find"),
    path("cases/<code:code>/", views.case, name="case"),
    path("cases/<code:code>/name/", views.case_name, name="name"),
    path("cases/<code:code>/assign/", views.case_assign, name="assign"),
    path("cases/<code:code>/erase/", erasing_views.erase, name="erase"),
    path("cases/<code:code>/why/", views.case_why, name="why"),
    path(
        "cases/<code:code>/consents/<uuid:consent>/withdraw/", views.consent_withdraw, name="consent_withdraw"
    ),
]
