"""Addresses of the OpenRosa door. The device's token is part of most; it is hidden wherever an address is
logged.
"""

from __future__ import annotations

from django.urls import include, path

from . import batch, views

app_name = "field"
doors = [
    path("formList", views.form_list, name="form_list"),
    path("forms/<str:form_id>/<path:version>.xml", views.form, name="form"),
    path("manifests/<str:form_id>/<path:version>.xml", views.manifest, name="manifest"),
    path("media/<str:form_id>/<path:version>/<str:name>", views.media, name="media"),
    path("lists/<str:name>/integrity", views.integrity, name="integrity"),
    path("submission", views.submission, name="submission"),
    path("submissions", batch.submissions, name="submissions"),
]
urlpatterns = [
    path("", include((doors, "bearer"))),  # the token in a header; first, since no token is called `forms`
    path("<str:token>/", include(doors)),
    path("<str:token>/<path:rest>", views.nothing, name="nothing"),
]
