"""Addresses of the room `referrals`. A case code and a referral's id may stand in one; a value never does."""

from __future__ import annotations

from django.urls import path

from . import slip_views, views

app_name = "referrals"
urlpatterns = [
    path("cases/<code:code>/refer/", views.refer, name="refer"),
    path("referrals/", views.referrals, name="list"),
    path("directory/", views.directory, name="directory"),
    path("referrals/<uuid:referral>/", views.referral, name="referral"),
    path("referrals/<uuid:referral>/name/", views.referral_name, name="name"),
    path("referrals/reference/", slip_views.reference, name="reference"),
    path("referrals/<uuid:referral>/slip/", slip_views.slip, name="slip"),
    path("referrals/<uuid:referral>/<slug:act>/", views.referral_act, name="act"),
]
