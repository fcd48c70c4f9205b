"""The static files as production serves them: collected, named by their content, compressed."""

from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.management import call_command
from django.test import override_settings

STORAGE = "whitenoise.storage.CompressedManifestStaticFilesStorage"


def test_every_static_file_can_be_collected(tmp_path):
    """Fails on a `url(...)` or a source map that names a missing file."""
    storages = {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
        "staticfiles": {"BACKEND": STORAGE},
    }
    with override_settings(STORAGES=storages, STATIC_ROOT=tmp_path):
        call_command("collectstatic", interactive=False, verbosity=0)
        address = staticfiles_storage.url("css/portal.css")
        name = address.removeprefix("/static/")
        assert name != "css/portal.css"
        assert (tmp_path / name).is_file()
        assert (tmp_path / f"{name}.br").is_file()
