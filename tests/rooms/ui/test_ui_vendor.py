"""Copying fonts and htmx out of the npm folder."""

from pathlib import Path

import pytest

from kimbilio.server.ui import vendor


def test_a_missing_file_is_named_with_its_remedy_and_nothing_is_copied(tmp_path: Path) -> None:
    with pytest.raises(vendor.VendorFileMissing, match="npm ci"):
        vendor.copy_vendor_files(tmp_path, tmp_path / "vendor", tmp_path / "fonts")
    assert not (tmp_path / "vendor").exists()


def test_every_font_of_the_style_sheet_is_copied() -> None:
    fonts = (vendor.DESTINATION.parent / "fonts.css").read_text()
    named = {part.split('"')[0] for part in fonts.split('url("vendor/')[1:]}
    copied = {Path(name).name for name in vendor.FILES}
    assert named == {name for name in copied if name.endswith(".woff2")}


def test_the_files_are_copied(tmp_path: Path) -> None:
    names = (*vendor.FILES, *vendor.PAPER_FILES)
    for name in names:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    copied = vendor.copy_vendor_files(tmp_path, tmp_path / "vendor", tmp_path / "fonts")
    assert len(copied) == len(names)
    assert sorted(path.suffix for path in (tmp_path / "fonts").iterdir()) == [".ttf"] * 6
    assert (tmp_path / "vendor" / "htmx.min.js").read_text() == "htmx.org/dist/htmx.min.js"
