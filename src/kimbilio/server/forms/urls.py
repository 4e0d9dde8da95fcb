"""Addresses of filled forms."""

from __future__ import annotations

from django.urls import path

from . import encryption, views

app_name = "forms"
urlpatterns = [
    path("organisation/encryption/", encryption.encryption, name="encryption"),
    path("forms/<uuid:submission>/", views.form, name="form"),
    path("forms/<uuid:submission>/name/", views.form_name, name="form_name"),
    path("forms/<uuid:submission>/settle/", views.form_settle, name="form_settle"),
    path("forms/<uuid:submission>/retry/", views.form_retry, name="form_retry"),
    path("forms/refused/<uuid:refusal>/", views.refused, name="refused"),
    path("forms/refused/<uuid:refusal>/name/", views.refused_name, name="refused_name"),
    path("forms/refused/<uuid:refusal>/settle/", views.refused_settle, name="refused_settle"),
    path("forms/files/<uuid:attachment>/", views.file, name="file"),
]
