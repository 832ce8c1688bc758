"""The operator's seal: PAdES signatures over frozen PDFs, and the judgement of sealed files."""
