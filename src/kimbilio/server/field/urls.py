"""Addresses of the OpenRosa door. The device's token is part of most; it is hidden wherever an address is
logged.
"""

from __future__ import annotations

from django.urls import include, path

from . import views

app_name = "field"
bearer = [
    path("formList", views.form_list, name="form_list"),
    path("forms/<str:form_id>/<path:version>.xml", views.form, name="form"),
    path("manifests/<str:form_id>/<path:version>.xml", views.manifest, name="manifest"),
    path("media/<str:form_id>/<path:version>/<str:name>", views.media, name="media"),
    path("submission", views.submission, name="submission"),
]
"""The same with the token in a header; they stand first, and no token is called `forms`."""

urlpatterns = [
    path("", include((bearer, "bearer"))),
    path("<str:token>/formList", views.form_list, name="form_list"),
    path("<str:token>/forms/<str:form_id>/<path:version>.xml", views.form, name="form"),
    path("<str:token>/manifests/<str:form_id>/<path:version>.xml", views.manifest, name="manifest"),
    path("<str:token>/media/<str:form_id>/<path:version>/<str:name>", views.media, name="media"),
    path("<str:token>/lists/<str:name>/integrity", views.integrity, name="integrity"),
    path("<str:token>/submission", views.submission, name="submission"),
    path("<str:token>/<path:rest>", views.nothing, name="nothing"),
]
