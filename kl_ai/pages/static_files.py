"""The storage of static files in production, which works out the address of each file once."""

from typing import Any

from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticFiles(CompressedManifestStaticFilesStorage):
    """Names and contents are those of the release, and a page names two dozen of them."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._urls: dict[str, str] = {}

    def url(self, name: str, force: bool = False) -> str:
        if name not in self._urls:
            self._urls[name] = super().url(name, force)
        return self._urls[name]
