"""Copies the few files the desk needs from an npm folder: into its static files, and the fonts for paper.

    python -m kimbilio.server.ui.vendor node_modules

Knows which files those are. Knows no network: npm has fetched them, by the exact versions in package.json.
Source of the file names: the npm packages htmx.org, @fontsource/noto-sans, -arabic, -ethiopic (for browsers, in
parts), and @expo-google-fonts/noto-sans, -arabic, -ethiopic (whole, as TrueType, which typesetting needs).
"""

import shutil
import sys
from pathlib import Path

DESTINATION = Path(__file__).parent / "static" / "ui" / "vendor"
PAPER_FONTS = Path(__file__).parent / "fonts"

FILES = (
    "htmx.org/dist/htmx.min.js",
    *(
        f"@fontsource/{family}/files/{family}-{script}-{weight}-normal.woff2"
        for family, script in (
            ("noto-sans", "latin"),
            ("noto-sans", "latin-ext"),
            ("noto-sans-arabic", "arabic"),
            ("noto-sans-ethiopic", "ethiopic"),
        )
        for weight in (400, 700)
    ),
)

PAPER_FILES = tuple(
    f"@expo-google-fonts/{package}/{weight}/{family}_{weight}.ttf"
    for package, family in (
        ("noto-sans", "NotoSans"),
        ("noto-sans-arabic", "NotoSansArabic"),
        ("noto-sans-ethiopic", "NotoSansEthiopic"),
    )
    for weight in ("400Regular", "700Bold")
)


class VendorFileMissing(Exception):
    """A file that the desk needs is not in the npm folder; the message names it and the remedy."""


def copy_vendor_files(
    node_modules: Path, destination: Path = DESTINATION, paper_fonts: Path = PAPER_FONTS
) -> list[Path]:
    """Copy the files and return where they now are. Nothing is copied when one of them is missing.

    Raises VendorFileMissing.
    """
    copies = [(node_modules / name, destination) for name in FILES]
    copies += [(node_modules / name, paper_fonts) for name in PAPER_FILES]
    for source, _ in copies:
        if not source.is_file():
            raise VendorFileMissing(
                f"{source} is not there. Run `npm ci --omit=dev` where package.json is, then try again."
            )
    for folder in (destination, paper_fonts):
        folder.mkdir(parents=True, exist_ok=True)
    return [Path(shutil.copyfile(source, folder / source.name)) for source, folder in copies]


def main(arguments: list[str]) -> int:
    """Run the command; returns its exit status."""
    if len(arguments) != 1:
        sys.stderr.write("usage: python -m kimbilio.server.ui.vendor NODE_MODULES_DIR\n")
        return 2
    try:
        copied = copy_vendor_files(Path(arguments[0]))
    except VendorFileMissing as missing:
        sys.stderr.write(f"error: {missing}\n")
        return 1
    sys.stdout.write(f"{len(copied)} files copied to {DESTINATION} and {PAPER_FONTS}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
