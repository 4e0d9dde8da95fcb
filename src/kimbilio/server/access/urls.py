"""Addresses of the room `access`."""

from __future__ import annotations

from django.urls import path

from . import beginning, book, desks, members, phones, views

app_name = "access"
urlpatterns = [
    path("organisation/", views.organisation, name="organisation"),
    path("organisation/devices/enrol/", phones.device_enrol, name="device_enrol"),
    path("organisation/devices/<uuid:device>/revoke/", phones.device_revoke, name="device_revoke"),
    path("organisation/devices/<uuid:device>/release/", phones.device_release, name="device_release"),
    path("organisation/members/add/", members.member_add, name="member_add"),
    path("organisation/members/<uuid:member>/", members.member, name="member"),
    path("organisation/members/<uuid:member>/code/", members.member_code, name="member_code"),
    path("organisation/members/<uuid:member>/end/", members.member_end, name="member_end"),
    path("accounts/begin/", beginning.begin, name="begin"),
    path("organisation/desks/open/", desks.desk_open, name="desk_open"),
    path("organisation/desks/<uuid:desk>/", desks.desk, name="desk"),
    path("organisation/desks/<uuid:desk>/verify/", views.desk_verify, name="desk_verify"),
    path("organisation/desks/<uuid:desk>/place/", views.desk_place, name="desk_place"),
    path("journal/", views.journal, name="journal"),
    path("journal/seal/", book.seal, name="seal"),
    path("journal/unusual/", book.unusual, name="unusual"),
    path("journal/unusual/<uuid:digest>/looked/", book.digest_looked, name="digest_looked"),
]
