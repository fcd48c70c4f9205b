#!/usr/bin/env python3
"""Fetch the design system DKFDS, build the portal's theme of it, and put the result beside this file.

Run it with Node (npm, npx) on the path and with access to the npm registry; nothing else is needed:

    python3 static/vendor/vendor.py

It replaces the folders `dkfds/` and `ibm-plex/`. It ends with an error and changes nothing when a
`url(...)` of the compiled stylesheet names a file that would be missing, since the manifest storage of
Django's static files refuses such a stylesheet. The constants below list the files, icons and components
that are taken: to use one more, add its name and run the script again. Pages link `dkfds/used.css`, which
`used_css.py` makes of the theme, here and without fetching anything.

The theme differs from the package's own stylesheet in three ways. It has the portal's colours (those of
`static/css/tokens.css`) and type, it holds only the components in use (the shipped file is twice as large),
and its `@font-face` rules name the subset woff2 files, so that a visitor fetches 17 kB for a weight and not 57 kB.
"""

import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from used_css import write_used

DKFDS = "dkfds@11.2.0"
SASS = "sass@1.92.0"
HERE = Path(__file__).resolve().parent
LIMIT = 1_000_000  # bytes, all vendored files together

# The subsets and their characters as IBM ships them. Danish is wholly in Latin1; Latin2 has the letters
# of the neighbouring languages, which occur in names.
LATIN1 = (
    "U+0000,U+000D,U+0020-007E,U+00A0-00FF,U+0131,U+0152-0153,U+02C6,U+02DA,U+02DC,U+2013-2014,U+2018-201A,"
    "U+201C-201E,U+2020-2022,U+2026,U+2030,U+2039-203A,U+2044,U+20AC,U+2122,U+2212,U+FB01-FB02"
)
LATIN2 = (
    "U+0100-0101,U+0104-0130,U+0132-0151,U+0154-017F,U+018F,U+0192,U+01A0-01A1,U+01AF-01B0,U+01FA-01FF,"
    "U+0218-021B,U+0237,U+0259,U+1E80-1E85,U+1E9E,U+20A1,U+20A4,U+20A6,U+20A8-20AA,U+20AD-20AE,U+20B1-20B2,"
    "U+20B4-20B5,U+20B8-20BA,U+20BD,U+20BF"
)
FONTS = [  # file name, style, weight, characters
    ("IBMPlexSans-Regular-Latin1", "normal", 400, LATIN1),
    ("IBMPlexSans-Regular-Latin2", "normal", 400, LATIN2),
    ("IBMPlexSans-Italic-Latin1", "italic", 400, LATIN1),
    ("IBMPlexSans-Italic-Latin2", "italic", 400, LATIN2),
    ("IBMPlexSans-Medium-Latin1", "normal", 500, LATIN1),
    ("IBMPlexSans-Medium-Latin2", "normal", 500, LATIN2),
    ("IBMPlexSans-SemiBold-Latin1", "normal", "600 700", LATIN1),  # serves as bold too: one file less to fetch
    ("IBMPlexSans-SemiBold-Latin2", "normal", "600 700", LATIN2),
]
CHART_FONTS = ["IBMPlexSans-Regular.ttf", "IBMPlexSans-SemiBold.ttf"]  # resvg draws PNG charts with these

ICONS = [  # symbols of the sprite img/icons.svg
    *("arrow-back", "arrow-forward", "calendar-month", "check", "checklist", "chevron-down", "chevron-left"),
    *("chevron-right", "chevron-up", "close", "contact-card", "copy", "delete", "document", "download", "edit"),
    *("email", "error", "file-excel", "file-image", "file-word", "first-page", "help", "info", "language"),
    *("last-page", "link", "lock", "menu", "minus", "open-in-new", "plus", "print", "save", "search", "send"),
    *("success", "sync", "time", "tune", "upload", "visibility", "warning"),
]

COMPONENTS = [
    *("core/base", "core/focus", "core/grid", "core/typography"),
    *("core/utilities/width", "core/utilities/textalign", "core/utilities/flex", "core/utilities/spacing"),
    *("core/utilities/display", "elements/section", "elements/figure", "elements/inputs", "elements/list"),
    *("elements/page", "elements/forms", "elements/hr", "components/alerts", "components/back-link"),
    *("components/badge", "components/breadcrumbs", "components/buttons", "components/cards"),
    *("components/details", "components/dropdown", "components/footer", "components/function-link"),
    *("components/header", "components/navigation", "components/pagination", "components/search"),
    *("components/skipnav", "components/step-indicator", "components/table", "components/tags"),
    *("components/textarea", "core/print"),
]

VARIABLES = """
    $theme-color-primary: #0b5a60,
    $theme-color-primary-dark: #073d42,
    $theme-color-primary-darker: #052c30,
    $theme-color-link: #0b5a60,
    $theme-color-link-hover: #073d42,
    $theme-color-link-focus: #0b5a60,
    $theme-color-link-visited: #0b5a60,
    $theme-focus-color: #073d42,
    $header-last-border: 'very-low-contrast',
    $header-solution-background-color: #073d42,
    $header-solution-text-color: 'white',
    $header-solution-text-size: 'sm',
    $header-solution-text-size-desktop: 'lg',
    $header-solution-line-height-desktop: 5,
    $header-navigation-background-color: #073d42,
    $navigation-link-background-color: #073d42,
    $navigation-link-default-color: 'white',
    $navigation-link-current-border-color: #f4b740,
    $input-checkbox-checked-background-color: #0b5a60,
    $input-checkbox-checked-border-color: #0b5a60,
    $input-radio-dot-color: #0b5a60,
    $input-radio-checked-border-color: #0b5a60,
    $button-secondary-default-color: #0b5a60,
    $button-secondary-hover-color: #073d42,
    $button-secondary-hover-border-color: #073d42,
    $button-secondary-hover-background-color: #eef5f5,
    $button-tertiary-default-background-color: #eef5f5,
    $button-tertiary-default-border-color: #eef5f5,
    $table-head-background-color: #eef5f5,
    $pagination-current-page-background-color: #0b5a60,
    $pagination-current-page-background-color-hover: #073d42,
    $pagination-page-background-color: #eef5f5,
    $tag-default-background-color: #0b5a60,
    $tag-hover-background-color: #073d42,
    $tag-active-background-color: #073d42,
    $tag-focus-background-color: #0b5a60,
    $typography-text-max-width: none,
    $typography-font-family: ('IBM Plex Sans', system-ui, sans-serif),
    $typography-h1-font-size: ('default': '5xl', 'md': '6xl', 'lg': '6xl'),
    $typography-h1-line-height: ('default': 1.25, 'md': 1.2, 'lg': 1.2),
    $typography-h2-font-size: ('default': '3xl', 'md': '4xl', 'lg': '4xl'),
    $typography-h2-line-height: ('default': 1.33, 'md': 1.29, 'lg': 1.29),
    $typography-h3-font-size: ('default': 'lg', 'md': '2xl', 'lg': '2xl'),
    $typography-h3-line-height: ('default': 1.4, 'md': 1.36, 'lg': 1.36)
"""


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        package = unpack(work)
        output = work / "output"
        take_fonts(package, output)
        take_sprite(package, output / "dkfds")
        take_script(package, output / "dkfds")
        build_theme(package, output / "dkfds")
        shutil.copyfile(package / "LICENSE.md", output / "dkfds/LICENSE.md")
        # The icons are under the Apache License, whose text the package only links to: keep ours.
        shutil.copyfile(HERE / "dkfds/img/LICENSE.txt", output / "dkfds/img/LICENSE.txt")
        size = sum(path.stat().st_size for path in output.rglob("*") if path.is_file())
        if size > LIMIT:
            sys.exit(f"The vendored files are {size:,} bytes; the limit is {LIMIT:,}.")
        for name in ("dkfds", "ibm-plex"):
            shutil.rmtree(HERE / name, ignore_errors=True)
            shutil.copytree(output / name, HERE / name)
    print(f"{size:,} bytes in {HERE}")
    write_used()


def unpack(work: Path) -> Path:
    """Download and unpack the npm package; return its folder."""
    run(["npm", "pack", "--silent", DKFDS], work)
    (archive,) = work.glob("*.tgz")
    with tarfile.open(archive) as tar:
        tar.extractall(work)
    return work / "package"


def take_fonts(package: Path, output: Path) -> None:
    """Copy the woff2 subsets for the pages, and the TTF files with which charts are drawn as PNG."""
    fonts = package / "dist/fonts/IBMPlexSans"
    for name, *_ in FONTS:
        copy(fonts / f"split/woff2/{name}.woff2", output / f"dkfds/fonts/{name}.woff2")
    copy(fonts / "split/woff2/license.txt", output / "dkfds/fonts/LICENSE.txt")
    for name in CHART_FONTS:
        copy(package / f"src/fonts/IBMPlexSans/complete/ttf/{name}", output / f"ibm-plex/{name}")
    copy(fonts / "complete/ttf/license.txt", output / "ibm-plex/LICENSE.txt")


def take_sprite(package: Path, target: Path) -> None:
    """Write the sprite of the icons in use."""
    source = (package / "dist/img/all-svg-icons.svg").read_text()
    symbols = {name: text for text, name in re.findall(r'(<symbol id="([^"]+)".*?</symbol>)', source, re.S)}
    sprite = "\n".join(symbols[name] for name in sorted(ICONS))
    write(target / "img/icons.svg", f'<svg xmlns="http://www.w3.org/2000/svg">\n{sprite}\n</svg>\n')


def take_script(package: Path, target: Path) -> None:
    """Copy the script."""
    source = (package / "dist/js/dkfds.min.js").read_text()
    write(target / "dkfds.min.js", without_source_map(source))


def build_theme(package: Path, target: Path) -> None:
    """Compile the theme with Sass and fetch every image that it names."""
    sources = package / "src/stylesheets"
    uses = "@use 'elements/icons' with ($icons: ());\n"  # no class per icon: the sprite serves them all
    uses += "\n".join(f"@use '{name}';" for name in COMPONENTS)
    write(sources / "portal.scss", f"@forward 'variables' with ({VARIABLES});\n{uses}\n")
    options = ["--style=compressed", "--no-source-map", "--no-charset", "--quiet"]
    run(["npx", "--yes", SASS, *options, "portal.scss", "portal.css"], sources)
    css = without_source_map((sources / "portal.css").read_text())
    css = without_placeholder_logos(css).replace("../img/svg-icons/", "img/")
    css = "".join(font_face(*font) for font in FONTS) + css.lstrip("\ufeff")
    for address in sorted(set(re.findall(r"""url\(["']?([^"')]+)""", css))):
        if address.startswith("data:"):
            sys.exit(f"The stylesheet holds a data: address, which the content security policy forbids: {address[:60]}")
        if address.startswith("img/"):
            copy(package / "dist/img/svg-icons" / Path(address).name, target / address)
        if not (target / address).is_file():
            sys.exit(f"The stylesheet names a file that is not taken: {address}")
    write(target / "dkfds.css", css)


def font_face(name: str, style: str, weight: int | str, characters: str) -> str:
    return (
        f'@font-face{{font-family:"IBM Plex Sans";font-style:{style};font-weight:{weight};font-display:swap;'
        f'src:url("fonts/{name}.woff2") format("woff2");unicode-range:{characters}}}\n'
    )


def without_placeholder_logos(css: str) -> str:
    """The header's and footer's `.logo` show a placeholder picture; the portal has no logo."""
    return re.sub(r'background-image:url\("?\.\./img/logo[^)]*\);?', "", css)


def without_source_map(text: str) -> str:
    """A `sourceMappingURL` names a file that is not taken, which the manifest storage refuses."""
    return re.sub(r"(/\*|//)# sourceMappingURL=.*?(\*/|$)", "", text, flags=re.M).rstrip() + "\n"


def copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)


def write(target: Path, text: str) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text, encoding="utf-8")


def run(command: list[str], folder: Path) -> None:
    subprocess.run(command, cwd=folder, check=True)


if __name__ == "__main__":
    main()
