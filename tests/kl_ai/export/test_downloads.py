"""Files packed as one ZIP."""

import io
import re
import zipfile

import pytest

from kl_ai.export.downloads import zip_response


def test_several_files_are_one_zip():
    files = [("Risikovurdering æøå.docx", b"PK"), ("b/c.txt", b"c")]
    response = zip_response("skabeloner.zip", files)
    assert response["Content-Type"] == "application/zip"
    assert response["Content-Disposition"] == 'attachment; filename="skabeloner.zip"'
    assert response.content == zip_response("x.zip", iter(files)).content
    with zipfile.ZipFile(io.BytesIO(response.content)) as archive:
        assert archive.testzip() is None
        assert [(name, archive.read(name)) for name in archive.namelist()] == files


def test_a_zip_loses_no_file():
    with pytest.raises(ValueError, match=re.escape("A.docx")):
        zip_response("x.zip", [("a.docx", b""), ("A.docx", b"")])
