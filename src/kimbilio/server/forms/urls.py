"""Addresses of filled forms, on the screen and on paper."""

from __future__ import annotations

from django.urls import path

from . import encryption, paper_views, views

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
    path("forms/<uuid:submission>/print/", paper_views.form_print, name="form_print"),
    path("forms/<uuid:submission>/sheet/", paper_views.form_sheet, name="form_sheet"),
    path("paper/", paper_views.paper, name="paper"),
    path("paper/blank/", paper_views.paper_blank, name="paper_blank"),
    path("paper/find/", paper_views.paper_find, name="paper_find"),
    path("forms/files/<uuid:attachment>/", views.file, name="file"),
    path("forms/files/<uuid:attachment>/picture/", views.file_picture, name="file_picture"),
]
