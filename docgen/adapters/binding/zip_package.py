"""The Packer port: a ZIP without times."""

import io
import zipfile
from collections.abc import Mapping

_NO_TIME = (1980, 1, 1, 0, 0, 0)
_READABLE = 0o644 << 16


class ZipPacker:
    """PDFs are stored as they are, since they are packed already; text is deflated."""

    def pack(self, files: Mapping[str, bytes]) -> bytes:
        """The archive, its files in the order of their names."""
        written = io.BytesIO()
        with zipfile.ZipFile(written, "w") as archive:
            for name in sorted(files):
                entry = zipfile.ZipInfo(name, _NO_TIME)
                entry.external_attr = _READABLE
                packed = name.endswith(".pdf")
                entry.compress_type = zipfile.ZIP_STORED if packed else zipfile.ZIP_DEFLATED
                archive.writestr(entry, files[name])
        return written.getvalue()
