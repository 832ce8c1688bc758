"""Annex 3: act of acceptance of completed works, equipment and materials."""
