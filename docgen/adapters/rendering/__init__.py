"""From two Word templates and values to one PDF/A-3b, by LibreOffice."""
