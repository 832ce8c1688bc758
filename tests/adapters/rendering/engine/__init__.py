"""The Renderer port, with the real LibreOffice."""
